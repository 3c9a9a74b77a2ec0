import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { Fault } from '../errors.ts';
import { allow, deny, rule, shield, type IRules } from './shield.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/**
 * The second check, behind the router: graphql-shield rules, laid out by each subgraph as a table of types and fields.
 *
 * Shield's own middleware makes every field of every type asynchronous, ruled or not: more than twice the promises of
 * a purchase. So only the fields that have a rule other than `allow` are wrapped, in place, which also keeps what
 * federation hangs on the types (`__resolveReference`). Deny by default is kept by `assertCovered`: a field that the
 * table does not name stops the process at its start.
 */
export type Permissions = Readonly<Record<string, ShieldRule | Readonly<Record<string, ShieldRule>>>>;

type ShieldRule = ReturnType<ReturnType<typeof rule>> | typeof allow | typeof deny;

export { allow, deny };

/** @returns true, or why not */
type Check = (context: SubgraphContext) => true | Fault;

/** By rule, what shield evaluates. */
const checks = new WeakMap<object, Check>();

function ruleOf(name: string, check: Check) {
  const made = rule(name, { cache: 'no_cache' })(
    (_parent: unknown, _args: unknown, context: SubgraphContext) => check(context),
  );
  checks.set(made, check);
  return made;
}

/** The caller is signed in. */
export const isAuthenticated = ruleOf('isAuthenticated', ({ caller }) =>
  caller ? true : new Fault('UNAUTHENTICATED'),
);

/** The access token carries this scope. */
export const hasScope = (scope: string) =>
  ruleOf(`hasScope:${scope}`, ({ caller }) => {
    if (!caller) return new Fault('UNAUTHENTICATED');
    return caller.scopes.has(scope) ? true : new Fault('FORBIDDEN');
  });

/** Puts the rules into the schema. @throws when a field has no rule, or a rule no field */
export function applyPermissions(schema: GraphQLSchema, permissions: Permissions): GraphQLSchema {
  assertCovered(schema, permissions);
  const generated = shield(permissions as IRules, {
    fallbackRule: deny,
    fallbackError: new Fault('FORBIDDEN'),
    allowExternalErrors: true,
  }).generate(schema) as Record<string, Record<string, ShieldMiddleware | { resolve: ShieldMiddleware }>>;

  for (const [typeName, rules] of Object.entries(permissions)) {
    const fields = objectFields(schema, typeName);
    for (const [fieldName, field] of Object.entries(fields)) {
      const ruled = isTable(rules) ? rules[fieldName] : rules;
      const made = generated[typeName]?.[fieldName];
      // Shield wraps what it makes of `deny` and of combined rules.
      const guard = typeof made === 'object' ? made.resolve : made;
      // Only federation's own fields have no rule here: the rest is covered.
      if (!guard || !ruled || ruled === allow) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      // Shield's evaluation of a rule makes five promises; where its check passes at once there is nothing to wait for.
      const check = checks.get(ruled);
      field.resolve = ((parent, args, context, info) =>
        check?.(context as SubgraphContext) === true
          ? resolve(parent, args, context, info)
          : guard(resolve, parent, args, context, info)) as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  return schema;
}

type ShieldMiddleware = (
  resolve: GraphQLFieldResolver<unknown, unknown>,
  ...rest: Parameters<GraphQLFieldResolver<unknown, unknown>>
) => unknown;

/** Federation's own fields; the signed identity in front of the subgraph guards them. */
const FEDERATION_FIELDS = new Set(['_entities', '_service']);

function assertCovered(schema: GraphQLSchema, permissions: Permissions): void {
  const problems: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    const rules = permissions[type.name];
    if (rules === undefined) {
      problems.push(`no rule for ${type.name}`);
      continue;
    }
    if (!isTable(rules)) continue;
    for (const field of Object.keys(type.getFields())) {
      if (!FEDERATION_FIELDS.has(field) && !rules[field]) problems.push(`no rule for ${type.name}.${field}`);
    }
    for (const field of Object.keys(rules)) {
      if (!type.getFields()[field])
        problems.push(`a rule for ${type.name}.${field}, which is not in the schema`);
    }
  }
  for (const name of Object.keys(permissions)) {
    if (!isObjectType(schema.getType(name))) problems.push(`a rule for ${name}, which is not in the schema`);
  }
  if (problems.length > 0) throw new Error(`The permissions do not fit the schema: ${problems.join('; ')}.`);
}

function objectFields(schema: GraphQLSchema, typeName: string) {
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields() : {};
}

function isTable(rules: Permissions[string]): rules is Readonly<Record<string, ShieldRule>> {
  return Object.getPrototypeOf(rules) === Object.prototype;
}

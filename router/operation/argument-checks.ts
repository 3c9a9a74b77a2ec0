import {
  getArgumentValues,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { Variables } from './selected-operation.ts';
import { isIncluded, withDefaults } from './included.ts';

/** @returns a sentence on what is wrong with the value of an argument; null: nothing that can be checked without its subgraph */
export type ArgumentCheck = (value: unknown) => string | null;

/** By `Type.field`, and the name of the argument. */
export type ArgumentChecks = ReadonlyMap<string, Readonly<Record<string, ArgumentCheck>>>;

/** A field whose arguments can be wrong in a document that is valid. */
export interface CheckedField {
  /** `Type.field`. */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  /** The field and what is around it, where it has directives: it is not executed unless all of these are included. */
  readonly conditional: readonly (FieldNode | InlineFragmentNode)[];
  readonly checks: Readonly<Record<string, ArgumentCheck>>;
}

/**
 * The fields of a mutation whose arguments are checked before anything is sent. A subgraph finds a bad argument when it comes to that
 * field, which is after the mutation has run, and a null where none may be takes the mutation's own answer along. A query changes
 * nothing, so its subgraph refuses that one field.
 *
 * @param definition with its fragments expanded
 */
export function checkedFields(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  checks: ArgumentChecks = NONE,
): readonly CheckedField[] {
  if (definition.operation !== OperationTypeNode.MUTATION) return [];
  const nullable = nullableVariables(definition);
  const found: CheckedField[] = [];
  const types = new TypeInfo(schema);
  visit(
    definition,
    visitWithTypeInfo(types, {
      Field(node, _key, _parent, _path, ancestors) {
        const field = types.getFieldDef();
        const name = `${types.getParentType()?.name}.${node.name.value}`;
        const ofField = checks.get(name);
        if (!field || (!ofField && !usesOneOf(nullable, node))) return;
        const around = ancestors.filter(isSelection);
        const conditional = [...around, node].filter(({ directives = [] }) => directives.length > 0);
        found.push({ name, field, node, conditional, checks: ofField ?? {} });
      },
    }),
  );
  return found;
}

/** @throws {Fault} BAD_REQUEST for the first argument that its subgraph would refuse */
export function assertArguments(
  fields: readonly CheckedField[],
  definition: OperationDefinitionNode,
  given: Variables,
): void {
  if (fields.length === 0) return;
  const variables = withDefaults(definition, given);
  for (const { name, field, node, conditional, checks } of fields) {
    if (!conditional.every((one) => isIncluded(one, variables))) continue;
    const values = valuesOf(field, node, variables);
    if (!values) throw new Fault('BAD_REQUEST', `A variable is null where \`${name}\` needs a value.`);
    for (const [argument, check] of Object.entries(checks)) {
      const problem = check(values[argument]);
      if (problem !== null) throw new Fault('BAD_REQUEST', problem);
    }
  }
}

/** @returns null where a variable is null and must not be; all else was checked with the document and its variables */
function valuesOf(
  field: CheckedField['field'],
  node: FieldNode,
  variables: Variables,
): Record<string, unknown> | null {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return null;
  }
}

const NONE: ArgumentChecks = new Map();

/** A default, of the variable or of the argument, lets such a variable stand where no null may be (GraphQL, 5.8.5). */
const nullableVariables = ({ variableDefinitions = [] }: OperationDefinitionNode): ReadonlySet<string> =>
  new Set(
    variableDefinitions
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );

function usesOneOf(variables: ReadonlySet<string>, { arguments: given = [] }: FieldNode): boolean {
  let isUsed = false;
  if (variables.size > 0)
    for (const argument of given)
      visit(argument, { Variable: ({ name }) => void (isUsed ||= variables.has(name.value)) });
  return isUsed;
}

const isSelection = (node: unknown): node is FieldNode | InlineFragmentNode =>
  typeof node === 'object' &&
  node !== null &&
  'kind' in node &&
  (node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT);

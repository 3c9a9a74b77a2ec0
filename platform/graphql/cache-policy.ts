import {
  getNamedType,
  isCompositeType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isRecord } from '../is-record.ts';

/** Returned where what may be cached depends on the execution. */
export const VARIES = Symbol('varies');

/**
 * The `cache-control` that Apollo Server's plugin computes for an operation, where it can be known from the document: the plugin takes the
 * shortest age of the fields that an execution reaches, and the fields of the root are reached by every one. So it is constant unless a field
 * below has a shorter age than all of those.
 *
 * @returns null: none of its answers may be cached; VARIES: it depends on the execution
 */
export function constantCacheControl(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): string | null | typeof VARIES {
  if (!schema.getDirective('cacheControl')) return null;
  // A fragment may be another operation's.
  if (document.definitions.some((part) => part.kind === operation.kind && part !== operation)) return VARIES;
  const ages = agesIn(schema, document, operation);
  if (ages.atRoot.length === 0 || ages.mayVary) return VARIES;
  const atRoot = Math.min(...ages.atRoot);
  if (atRoot === 0) return null;
  return ages.below.every((age) => age >= atRoot) ? cacheControlOf(atRoot) : VARIES;
}

/** @param age in seconds; undefined: no field has one @returns null: the answer may not be cached */
export const cacheControlOf = (age: number | undefined): string | null =>
  age ? `max-age=${age}, public` : null;

/** In the place of the age of federation's `_entities`, which is that of the types of its representations (`ageOfEntities`). */
export const AGE_OF_ENTITIES = 'ageOfEntities';
export type FieldAge = number | undefined | typeof AGE_OF_ENTITIES;

/** How an execution that reaches a field restricts the age of its answer; undefined: not at all. */
export function fieldAge(field: GraphQLField<unknown, unknown>, isAtRoot: boolean): FieldAge {
  return isAtRoot && field.name === ENTITIES ? AGE_OF_ENTITIES : ageOf(field, isAtRoot);
}

/** @returns the shortest age of the types of these representations; 0 where none of them has one */
export function ageOfEntities(schema: GraphQLSchema, representations: readonly unknown[]): number {
  const names = new Set(representations.map((one) => (isRecord(one) ? one['__typename'] : undefined)));
  const ages = [...names].flatMap((name) => {
    const type = typeof name === 'string' ? schema.getType(name) : undefined;
    return maxAgeIn(type?.astNode?.directives) ?? [];
  });
  return ages.length === 0 ? 0 : Math.min(...ages);
}

const ENTITIES = '_entities';

function agesIn(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const types = new TypeInfo(schema);
  const root = schema.getRootType(operation.operation);
  const found = { atRoot: [] as number[], below: [] as number[], mayVary: false };
  const visitor = {
    // A directive may leave fields out; federation's `_entities` takes the ages of the entities that it finds.
    Directive: () => void (found.mayVary = true),
    Field: () => {
      const field = types.getFieldDef();
      if (!field || field.name.startsWith('__')) return;
      if (field.name === ENTITIES) found.mayVary = true;
      const isAtRoot = types.getParentType() === root;
      const age = ageOf(field, isAtRoot);
      if (age !== undefined) (isAtRoot ? found.atRoot : found.below).push(age);
    },
  };
  visit(document, visitWithTypeInfo(types, visitor));
  return found;
}

/** Seconds; undefined: the age of the field around it. */
function ageOf(field: GraphQLField<unknown, unknown>, isAtRoot: boolean): number | undefined {
  const type = getNamedType(field.type);
  const age = maxAgeIn(field.astNode?.directives) ?? maxAgeIn(type.astNode?.directives);
  return age ?? (isAtRoot || isCompositeType(type) ? 0 : undefined);
}

function maxAgeIn(directives: readonly ConstDirectiveNode[] | undefined): number | undefined {
  const given = directives?.find(({ name }) => name.value === 'cacheControl')?.arguments?.[0]?.value;
  return given?.kind === Kind.INT ? Number(given.value) : undefined;
}

import {
  getNamedType,
  isCompositeType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';
import { fieldOf, foldSelections, narrowTypes } from './walk-selections.ts';

/** How often each field that has fields of its own is met at the most on one way down, by `Type.field`. */
type Nesting = ReadonlyMap<string, number>;

const INTROSPECTION = /^__/;

/**
 * A field may be found inside itself so many times: the orders of the buyer of an order go round in a circle for as long as
 * the depth allows, and each round is another request to a subgraph. Introspection goes round by its nature and has a
 * limit of its own. One pass over the document, each fragment once.
 *
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertRecursion(
  schema: GraphQLSchema,
  { definition, fragments }: SelectedOperation,
  limit: number,
): void {
  const root = rootTypeOf(schema, definition);
  const nesting = foldSelections<GraphQLCompositeType, Nesting>(definition.selectionSet, fragments, root, {
    narrow: narrowTypes(schema),
    field: nestingOf,
    join: deepest,
  });
  for (const [field, times] of nesting) {
    if (times - 1 > limit)
      throw new Fault(
        'OPERATION_TOO_COMPLEX',
        `The operation has ${field} inside itself more than ${limit} times.`,
      );
  }
}

function nestingOf(
  { name: { value: name }, selectionSet }: FieldNode,
  parent: GraphQLCompositeType,
  below: (type: GraphQLCompositeType) => Nesting,
): Nesting {
  if (!selectionSet || INTROSPECTION.test(name)) return NONE;
  const field = fieldOf(parent, name);
  const type = field && getNamedType(field.type);
  if (!isCompositeType(type)) return NONE;
  const inside = below(type);
  const key = `${parent.name}.${name}`;
  return new Map(inside).set(key, (inside.get(key) ?? 0) + 1);
}

const NONE: Nesting = new Map();

function deepest(parts: readonly Nesting[]): Nesting {
  const total = new Map<string, number>();
  for (const part of parts)
    for (const [field, times] of part) total.set(field, Math.max(total.get(field) ?? 0, times));
  return total;
}

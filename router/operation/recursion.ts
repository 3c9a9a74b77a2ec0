import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { rootTypeOf, type SelectedOperation } from './selected-operation.ts';

/** How often each field that has fields of its own is met at the most on one way down, by `Type.field`. */
type Nesting = ReadonlyMap<string, number>;

const INTROSPECTION = /^__/;

/**
 * A field may be found inside itself so many times: the orders of the buyer of an order go round in a circle for as long as
 * the depth allows, and each round is another question to a subgraph. Introspection goes round by its nature and has a
 * limit of its own. One pass over the document, each fragment once.
 *
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertRecursion(
  schema: GraphQLSchema,
  { definition, fragments }: SelectedOperation,
  limit: number,
): void {
  const known = new Map<string, Nesting>();
  const nesting = nestingOf(definition.selectionSet, rootTypeOf(schema, definition));
  for (const [field, times] of nesting) {
    if (times - 1 > limit)
      throw new Fault(
        'OPERATION_TOO_COMPLEX',
        `The operation has ${field} inside itself more than ${limit} times.`,
      );
  }

  function nestingOf(selectionSet: SelectionSetNode, parent: GraphQLCompositeType): Nesting {
    const total = new Map<string, number>();
    for (const selection of selectionSet.selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          if (selection.selectionSet)
            include(total, ofField(selection.name.value, selection.selectionSet, parent));
          break;
        case Kind.INLINE_FRAGMENT:
          include(
            total,
            nestingOf(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, parent)),
          );
          break;
        case Kind.FRAGMENT_SPREAD:
          include(total, ofFragment(selection.name.value, parent));
          break;
      }
    }
    return total;
  }

  function ofField(name: string, selectionSet: SelectionSetNode, parent: GraphQLCompositeType): Nesting {
    if (INTROSPECTION.test(name) || !(isObjectType(parent) || isInterfaceType(parent))) return NONE;
    const field = parent.getFields()[name];
    const type = field && getNamedType(field.type);
    if (!isCompositeType(type)) return NONE;
    const below = nestingOf(selectionSet, type);
    const key = `${parent.name}.${name}`;
    return new Map(below).set(key, (below.get(key) ?? 0) + 1);
  }

  function ofFragment(name: string, parent: GraphQLCompositeType): Nesting {
    const before = known.get(name);
    if (before) return before;
    const fragment = fragments.get(name);
    const nesting = fragment
      ? nestingOf(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value, parent))
      : NONE;
    known.set(name, nesting);
    return nesting;
  }

  function typeNamed(name: string | undefined, otherwise: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : otherwise;
  }
}

const NONE: Nesting = new Map();

function include(total: Map<string, number>, part: Nesting): void {
  for (const [field, times] of part) total.set(field, Math.max(total.get(field) ?? 0, times));
}

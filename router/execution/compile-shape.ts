import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { fieldOf } from '../operation/walk-selections.ts';
import { LeafCompleter, ListCompleter, NonNullCompleter } from './complete-values.ts';
import { ObjectCompleter, type FieldShape } from './complete-objects.ts';
import type { Completer } from './completion.ts';
import { leafValuesOf } from './leaf-values.ts';
import type { Selected, SelectedField } from './included-selections.ts';

/** What is selected of an object that is one of this type, as far as it does not say which. */
interface SelectedOn {
  readonly type: GraphQLCompositeType;
  readonly selected: readonly Selected[];
}

/** A field as it is selected in several places. */
interface FoundField {
  readonly field: SelectedField;
  /** On which it is selected first. */
  readonly on: GraphQLCompositeType;
  /** Of the object there, as far as it is known. */
  readonly type: GraphQLCompositeType;
  readonly below: SelectedOn[];
}

/** The names of types that have fields or members, and whether each is that of an object type. */
export type CompositeNames = ReadonlyMap<string, boolean>;

export const compositeNames = (schema: GraphQLSchema): CompositeNames =>
  new Map(
    Object.values(schema.getTypeMap())
      .filter((type) => isCompositeType(type))
      .map((type) => [type.name, isObjectType(type)]),
  );

/**
 * The shape of an answer: which fields of which types are in it, in which order, and where a null may be. What is selected of a type is worked
 * out when the first object of the type comes.
 */
export function compileShape(
  schema: GraphQLSchema,
  names: CompositeNames,
  root: GraphQLObjectType,
  selected: readonly Selected[],
): Completer {
  return objectCompleter([{ type: root, selected }], root.name);

  function objectCompleter(on: readonly SelectedOn[], place: string): Completer {
    return new ObjectCompleter(
      (typename) => {
        if (typename === undefined) return fieldShapes(on, undefined);
        const type = schema.getType(typename);
        return isCompositeType(type) ? fieldShapes(on, type) : null;
      },
      names,
      place,
    );
  }

  /** @param typename what the object says that it is; undefined: nothing */
  function fieldShapes(
    on: readonly SelectedOn[],
    typename: GraphQLCompositeType | undefined,
  ): readonly FieldShape[] {
    const found = new Map<string, FoundField>();
    for (const { type, selected: all } of on) collect(all, type, typename ?? type, typename, found);
    return [...found.values()].map(fieldShape);
  }

  /** @param type of the object, as far as it is known: inside a fragment on an interface of it, it stays known */
  function collect(
    all: readonly Selected[],
    on: GraphQLCompositeType,
    type: GraphQLCompositeType,
    typename: GraphQLCompositeType | undefined,
    found: Map<string, FoundField>,
  ): void {
    for (const one of all) {
      if (one.kind === 'fragment') {
        const condition = one.type === null ? null : schema.getType(one.type);
        if (condition === null) collect(one.below, on, type, typename, found);
        else if (isCompositeType(condition) && includes(condition, typename ?? type))
          collect(one.below, condition, includes(condition, type) ? type : condition, typename, found);
        continue;
      }
      const known = found.get(one.responseName) ?? { field: one, on, type, below: [] };
      found.set(one.responseName, known);
      const declared = fieldOf(on, one.name)?.type;
      const inner = declared && getNamedType(declared);
      if (one.below && isCompositeType(inner)) known.below.push({ type: inner, selected: one.below });
    }
  }

  function includes(condition: GraphQLCompositeType, type: GraphQLCompositeType): boolean {
    if (condition === type) return true;
    return isAbstractType(condition) && schema.isSubType(condition, type as GraphQLObjectType);
  }

  function fieldShape({ field: { name, responseName }, on, type, below }: FoundField): FieldShape {
    const isInherited = responseName in Object.prototype;
    const declared = fieldOf(on, name)?.type;
    if (!declared) {
      const typeName = isObjectType(type) ? type.name : null;
      return { responseName, completer: null, typeName, isInherited };
    }
    const completer = completerOf(declared, below, `${on.name}.${responseName}`);
    return { responseName, completer, typeName: null, isInherited };
  }

  function completerOf(type: GraphQLOutputType, below: readonly SelectedOn[], place: string): Completer {
    if (isNonNullType(type)) return new NonNullCompleter(completerOf(type.ofType, below, place), place);
    if (isListType(type)) return new ListCompleter(completerOf(type.ofType, below, place), place);
    return isLeafType(type) ? new LeafCompleter(leafValuesOf(type), place) : objectCompleter(below, place);
  }
}

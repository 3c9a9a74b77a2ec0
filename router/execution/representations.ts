import { isRecord } from '../../platform/is-record.ts';
import type { Fields } from './fields.ts';
import { mergeInto } from './merge.ts';
import type { RequiredSelection } from './plan.ts';
import { isOfType, type Subtypes } from './subtypes.ts';

/** What a subgraph must get of an object to find it as its own entity; null where a part of that is missing. */
export type Represent = (source: unknown) => Fields | null;

/** Adds one selection to a representation. @returns false where it is missing */
type Part = (source: Fields, into: Fields) => boolean;

/** @param selections `requires` of a plan */
export function compileRepresentation(
  selections: readonly RequiredSelection[],
  subtypes: Subtypes,
): Represent {
  const parts = selections.map((selection) => compilePart(selection, subtypes));
  return (source) => {
    if (!isRecord(source)) return null;
    const representation: Fields = {};
    return parts.every((add) => add(source, representation)) ? representation : null;
  };
}

function compilePart(selection: RequiredSelection, subtypes: Subtypes): Part {
  if (selection.kind === 'InlineFragment') {
    const { typeCondition } = selection;
    const represent = compileRepresentation(selection.selections, subtypes);
    return (source, into) => {
      if (typeCondition === undefined || !isOfType(subtypes, source['__typename'], typeCondition))
        return true;
      const part = represent(source);
      if (part) mergeInto(into, part);
      return true;
    };
  }
  const name = selection.alias ?? selection.name;
  const represent = selection.selections && compileRepresentation(selection.selections, subtypes);
  return (source, into) => {
    if (!Object.hasOwn(source, name) || source[name] === undefined) return false;
    const value = source[name];
    if (!represent) into[name] = value;
    else into[name] = Array.isArray(value) ? value.map(represent) : represent(value);
    return true;
  };
}

import { isRecord } from '../../platform/is-record.ts';
import { own, type Fields } from './fields.ts';

/** From an object down; `@` stands for every element of a list in the path of a plan. */
export type Path = readonly (string | number)[];

/** The objects at the end of a path, in their order. */
export function entitiesAt(from: readonly Fields[], path: Path): readonly Fields[] {
  const found: Fields[] = [];
  for (const fields of from) collect(fields, path, 0, found);
  return found;
}

/** Beyond what a plan says, lists are gone through wherever they are. */
function collect(value: unknown, path: Path, at: number, found: Fields[]): void {
  if (Array.isArray(value)) {
    const inner = path[at] === '@' ? at + 1 : at;
    for (const item of value) collect(item, path, inner, found);
  } else if (isRecord(value)) {
    const step = path[at];
    if (step === undefined) found.push(value);
    else if (step !== '@') collect(own(value, String(step)), path, at + 1, found);
  }
}

/** Where each of these objects is: they are the same ones from the first request on, whatever was merged into them. */
export function placesAt(root: unknown, path: Path): ReadonlyMap<Fields, Path> {
  const places = new Map<Fields, Path>();
  walk(root, path, []);
  return places;

  function walk(value: unknown, rest: Path, walked: Path): void {
    const [step, ...further] = rest;
    if (Array.isArray(value)) {
      const inner = step === '@' ? further : rest;
      value.forEach((item, index) => walk(item, inner, [...walked, index]));
    } else if (isRecord(value)) {
      if (step === undefined) places.set(value, walked);
      else if (step !== '@') walk(own(value, String(step)), further, [...walked, step]);
    }
  }
}

/** The part of a path that is the same for all of its entities. */
export const withoutLists = (path: Path): Path => {
  const list = path.indexOf('@');
  return list < 0 ? path : path.slice(0, list);
};

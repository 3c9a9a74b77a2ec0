import type { Fault } from '../../platform/errors.ts';
import type { FieldFault } from '../subgraph/subgraph-source.ts';
import { placesAt, withoutLists, type Path } from './entities.ts';
import type { FoundError } from './execution-error.ts';
import type { FieldsRead } from './fields-read.ts';
import type { Fields } from './fields.ts';

/** The objects whose fields a request reads, and what it sends of each. */
export interface SentEntities {
  readonly objects: readonly Fields[];
  readonly representations: readonly Fields[];
}

/** Places that are named at the most when a subgraph gave no answer. */
const MAX_PLACES = 100;

/** Of a subgraph that gave no answer to root fields: the fault at each of them, as if they had all failed. */
export const errorsOfRoot = (
  { message, extensions }: Fault,
  { ofRoot }: FieldsRead,
  path: Path,
): readonly FoundError[] => ofRoot.map((field) => ({ message, extensions, path: [...path, field] }));

/** Of a subgraph that gave no answer about entities: the fault at each field of each of them. */
export function errorsOfEntities(
  { message, extensions }: Fault,
  { ofEntities }: FieldsRead,
  root: Fields | null,
  path: Path,
  { objects, representations }: SentEntities,
): readonly FoundError[] {
  const places = placesAt(root, path);
  const errors: FoundError[] = [];
  for (const [index, object] of objects.entries()) {
    const entity = places.get(object) ?? withoutLists(path);
    const type = representations[index]?.['__typename'];
    const fields = ofEntities?.get(String(type)) ?? [...(ofEntities?.values() ?? [])].flat();
    for (const field of fields) {
      if (errors.length === MAX_PLACES) return errors;
      errors.push({ message, extensions, place: { entity, below: [field], isOfWhole: true } });
    }
  }
  return errors;
}

/** Of fields in an answer of root fields, which may be below the root of the whole answer. */
export const errorsOfFields = (faults: readonly FieldFault[], path: Path): readonly FoundError[] =>
  faults.map(({ fault: { message, extensions }, path: below }) => ({
    message,
    extensions,
    path: below && [...path, ...below],
  }));

/** Of fields in an answer of entities, whose path begins with `_entities` and the index of one. */
export function errorsOfEntityFields(
  faults: readonly FieldFault[],
  root: Fields | null,
  path: Path,
  { objects }: SentEntities,
): readonly FoundError[] {
  const places = placesAt(root, path);
  return faults.map(({ fault: { message, extensions }, path: given }) => {
    const [, index, ...below] = given ?? [];
    const object = typeof index === 'number' ? objects[index] : undefined;
    if (!object) return { message, extensions, path: given && withoutLists(path) };
    const entity = places.get(object) ?? withoutLists(path);
    return { message, extensions, place: { entity, below, isOfWhole: false } };
  });
}

import { isRecord } from '../../platform/is-record.ts';
import { own, set, type Fields } from './fields.ts';

/** Adds what a further request has read of an object. Values that are objects on both sides are merged, and so are lists of one length. */
export function mergeInto(target: Fields, source: Fields): void {
  for (const name of Object.keys(source)) {
    const given = source[name];
    if (given === undefined) continue;
    const known = own(target, name);
    if (isRecord(known) && isRecord(given)) mergeInto(known, given);
    else if (Array.isArray(known) && Array.isArray(given) && known.length === given.length)
      mergeLists(known, given);
    else if (!isScalar(known) || !isRecord(given)) set(target, name, given);
  }
}

/** One that is known, such as the name of a type, is not replaced by an object. */
const isScalar = (value: unknown): boolean => Boolean(value) && typeof value !== 'object';

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  source.forEach((given, index) => {
    const known = target[index];
    if (isRecord(known) && isRecord(given)) mergeInto(known, given);
    else target[index] = given;
  });
}

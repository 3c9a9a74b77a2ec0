import type { Path } from './entities.ts';

/** An error of an answer; every `GraphQLError` is one. */
export interface ExecutionError {
  readonly message: string;
  readonly path?: Path | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** An error that was found while the plan was executed: where it belongs may depend on what the answer becomes. */
export interface FoundError extends ExecutionError {
  readonly place?: EntityPlace | undefined;
}

/** Where an error belongs that came with entities. */
export interface EntityPlace {
  /** Of the entity, in the whole answer. */
  readonly entity: Path;
  /** From the entity down. */
  readonly below: Path;
  /** Whether it is about all that was read of the entity, `below` included: then it belongs where the answer has its null. */
  readonly isOfWhole: boolean;
}

/** The errors of an answer, each at a place that the answer has, and none of them twice. @param data before it is renamed */
export function placeErrors(errors: readonly FoundError[], data: unknown): readonly ExecutionError[] {
  if (!errors.some(({ place }) => place)) return errors;
  const placed = new Map<string, ExecutionError>();
  for (const error of errors) {
    const { message, extensions, place } = error;
    const path = place ? pathIn(data, place) : error.path;
    // An error that has its path already is logged as it was thrown.
    placed.set(JSON.stringify([path, message]), place ? { message, path, extensions } : error);
  }
  return [...placed.values()];
}

function pathIn(data: unknown, { entity, below, isOfWhole }: EntityPlace): Path {
  if (!isOfWhole) return [...entity, ...below];
  const value = entity.reduce(
    (inner: unknown, step) =>
      (inner as Readonly<Record<string | number, unknown>> | null | undefined)?.[step],
    data,
  );
  const hasField =
    typeof value === 'object' && value !== null && below[0] !== undefined && Object.hasOwn(value, below[0]);
  return hasField ? [...entity, ...below] : entity;
}

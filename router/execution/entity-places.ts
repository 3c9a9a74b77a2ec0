import { isDeepStrictEqual } from 'node:util';
import { GraphQLError } from 'graphql';

export type Path = readonly (string | number)[];

/** Where an error belongs that came with entities. It goes through the gateway in the error's extensions. */
export interface EntityPlace {
  /** Of the entity, in the whole answer. */
  readonly entity: Path;
  /** From the entity down. */
  readonly below: Path;
  /** Whether it is about all that was read of the entity, `below` included: then it belongs where the answer has its null. */
  readonly isOfWhole: boolean;
}

interface Found {
  readonly path: Path;
  readonly entity: Readonly<Record<string, unknown>>;
}

/**
 * Where the entities that are read from a subgraph are in the answer.
 *
 * @param answer what is there of it
 * @param path of the plan: `@` stands for every element of a list
 * @param representations in the order of the entities; entities of other types may be between them
 * @returns a path for each representation
 */
export function placesOfEntities(
  answer: unknown,
  path: readonly (string | number)[],
  representations: readonly object[],
): readonly Path[] {
  const found: Found[] = [];
  collect(answer, path, [], found);
  if (found.length === representations.length) return found.map((one) => one.path);
  let next = 0;
  return representations.map((representation) => {
    let at = found.findIndex(({ entity }, index) => index >= next && isOf(entity, representation));
    if (at < 0) at = next;
    next = at + 1;
    return found[at]?.path ?? withoutLists(path);
  });
}

function collect(value: unknown, path: readonly (string | number)[], walked: Path, found: Found[]): void {
  if (typeof value !== 'object' || value === null) return;
  const [step, ...rest] = path;
  if (Array.isArray(value)) {
    const inner = step === '@' ? rest : path;
    value.forEach((item, index) => collect(item, inner, [...walked, index], found));
    return;
  }
  const entity = value as Readonly<Record<string, unknown>>;
  if (step === undefined) found.push({ path: walked, entity });
  else if (Object.hasOwn(entity, step)) collect(entity[step], rest, [...walked, step], found);
}

const isOf = (entity: Found['entity'], representation: object): boolean =>
  Object.entries(representation).every(([name, value]) => isDeepStrictEqual(entity[name], value));

const withoutLists = (path: Path): Path => {
  const list = path.indexOf('@');
  return list < 0 ? path : path.slice(0, list);
};

/** The errors of an answer, each at a place that the answer has, and none of them twice. @param data before it is renamed */
export function placeErrors(errors: readonly GraphQLError[], data: unknown): readonly GraphQLError[] {
  if (!errors.some(({ extensions }) => extensions['place'])) return errors;
  const placed = new Map<string, GraphQLError>();
  for (const error of errors) {
    const { place, ...extensions } = error.extensions;
    const path = place ? pathIn(data, place as EntityPlace) : error.path;
    const { message, originalError } = error;
    placed.set(
      JSON.stringify([path, message]),
      new GraphQLError(message, {
        ...(path ? { path } : {}),
        extensions,
        ...(originalError ? { originalError } : {}),
      }),
    );
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

import { GraphQLError } from 'graphql';

/** Response names with anything renamed at or below them, by their names in the plan. */
export type RenamedBelow = ReadonlyMap<string, RenamedBelow>;

/** What of an answer has another name than the client gave it. */
export interface AnswerNames {
  /** Each name in the plan, which nothing else in the document has, with the client's. */
  readonly names: ReadonlyMap<string, string>;
  readonly below: RenamedBelow;
}

/** The data of an answer under the client's names, in the same order. Only what has renamed parts is copied. */
export function renameData<Data>(data: Data, { names, below }: AnswerNames): Data {
  return restored(data, below) as Data;

  function restored(value: unknown, within: RenamedBelow): unknown {
    if (Array.isArray(value)) return value.map((item) => restored(item, within));
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [key, inner] of Object.entries(value)) {
      const further = within.get(key);
      copy[names.get(key) ?? key] = further ? restored(inner, further) : inner;
    }
    return copy;
  }
}

interface NamedError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The error at the place that the client knows. */
export function renameError(error: NamedError, { names }: AnswerNames): NamedError {
  const { message, extensions } = error;
  if (!error.path?.some((step) => names.has(String(step)))) return error;
  const path = error.path.map((step) => names.get(String(step)) ?? step);
  if (!(error instanceof GraphQLError)) return { message, path, extensions };
  const { originalError } = error;
  return new GraphQLError(message, { path, extensions, ...(originalError ? { originalError } : {}) });
}

/** A piece of SQL with the values that are bound in it, so that pieces can be put into pieces. */
export interface Sql {
  readonly texts: readonly string[];
  /** One between each two texts. */
  readonly values: readonly unknown[];
}

/** `${…}` binds a value, or puts in a piece. */
export function sql(texts: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  return concat(
    texts.flatMap((text, index) => [raw(text), ...(index < parts.length ? [pieceOf(parts[index])] : [])]),
  );
}

/** Text that stands as it is: never anything that a caller has sent. */
export const raw = (text: string): Sql => ({ texts: [text], values: [] });

/** Pieces with a text between each two of them. */
export const join = (pieces: readonly Sql[], between: string): Sql =>
  concat(pieces.flatMap((piece, index) => (index === 0 ? [piece] : [raw(between), piece])));

/** The statement for a driver that binds by place. */
export const byPlace = ({ texts, values }: Sql): [string, unknown[]] => [texts.join('?'), [...values]];

/** The statement for TypeORM, which binds by name. */
export const byName = ({ texts, values }: Sql): [string, Record<string, unknown>] => [
  texts.reduce((text, next, index) => `${text}:value${index - 1}${next}`),
  Object.fromEntries(values.map((value, index) => [`value${index}`, value])),
];

const pieceOf = (part: unknown): Sql => (isSql(part) ? part : { texts: ['', ''], values: [part] });

const isSql = (part: unknown): part is Sql => typeof part === 'object' && part !== null && 'texts' in part;

function concat(pieces: readonly Sql[]): Sql {
  const texts = [''];
  for (const piece of pieces) {
    const [first = '', ...rest] = piece.texts;
    texts.push(`${texts.pop() ?? ''}${first}`, ...rest);
  }
  return { texts, values: pieces.flatMap(({ values }) => values) };
}

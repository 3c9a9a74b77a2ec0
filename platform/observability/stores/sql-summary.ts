/** What a statement does and to which tables, without its values. */
export interface SqlSummary {
  /** `SELECT`, `START TRANSACTION`, …; `BATCH` for several in one text (`batchHeading`), `OTHER` for any other statement. */
  readonly operation: string;
  /** In the order of the text, each once. */
  readonly tables: readonly string[];
}

const OPERATION =
  /^[\s(]*(SELECT|INSERT|REPLACE|UPDATE|DELETE|START\s+TRANSACTION|COMMIT|ROLLBACK|SET|SHOW|KILL)\b/i;
const NAME = '[a-z_]\\w{0,63}';
const TABLES = new RegExp(
  `(?:\\b(?:FROM|JOIN|INTO)|^\\s*UPDATE)\\s+(?:\`?${NAME}\`?\\.)?(?:\`(${NAME})\`|(${NAME}))`,
  'gi',
);

/**
 * Reads a statement up to where its first value may be, because drivers publish it with the values in its text. So no value can be
 * recorded, though sometimes a table of a subquery is missing.
 */
export function summarizeSql(sql: string): SqlSummary {
  const [, batch] = HEADING.exec(sql) ?? [];
  if (batch !== undefined)
    return { operation: 'BATCH', tables: batch.split(' ').filter((name) => name !== '') };
  const [, operation = 'OTHER'] = OPERATION.exec(sql) ?? [];
  const tables = new Set<string>();
  for (const [, quoted, plain] of beforeValues(sql).matchAll(TABLES)) tables.add((quoted ?? plain)!);
  return { operation: operation.toUpperCase().replace(/\s+/g, ' '), tables: [...tables] };
}

/** Of `batchHeading`. */
const HEADING = new RegExp(`^/\\* BATCH((?: ${NAME}){0,20}) \\*/`, 'i');
const headings = new Map<string, string>();

/**
 * A comment in front of several statements that are sent as one text, from which it can be read what they do; also in the server's own lists.
 *
 * @param statements with `?` in the places of their values; the same few all the time
 */
export function batchHeading(statements: readonly string[]): string {
  const key = statements.join(';');
  let heading = headings.get(key);
  if (heading === undefined) {
    const tables = new Set(statements.flatMap((sql) => summarizeSql(sql).tables));
    heading = `/* ${['BATCH', ...tables].join(' ')} */ `;
    headings.set(key, heading);
  }
  return heading;
}

function beforeValues(sql: string): string {
  const end = sql.search(/['"]|\bVALUES\b|\bON\s+DUPLICATE\b/i);
  return end === -1 ? sql : sql.slice(0, end);
}

import type { Connection } from 'mysql2/promise';
import { batchHeading } from '../observability/stores/sql-summary.ts';

/** A statement with a `?` for each of its values, which the driver escapes. */
export interface Statement {
  readonly sql: string;
  readonly values?: unknown[];
}

/** What the driver gives for a statement: the rows of a SELECT, or what a change has done. */
export type StatementResult = readonly unknown[] | { readonly affectedRows: number };

/** Runs one statement. */
export async function runStatement(
  connection: Connection,
  { sql, values }: Statement,
): Promise<StatementResult> {
  const [result] = await connection.query(sql, values);
  return result;
}

/**
 * Runs several statements, one after the other, in one round trip. The first one that fails is the last one that runs; what those before it
 * have changed stays part of the transaction, as if each had been sent alone.
 *
 * @param connection opened with `multipleStatements`
 * @param statements two or more
 * @returns the result of each
 * @throws the error of the one that failed
 */
export async function runTogether(
  connection: Connection,
  statements: readonly Statement[],
): Promise<ReadonlyMap<Statement, StatementResult>> {
  const texts = statements.map(({ sql }) => sql);
  const [results] = await connection.query(
    `${batchHeading(texts)}${texts.join(';\n')}`,
    statements.flatMap(({ values = [] }) => values),
  );
  const inOrder = results as unknown as readonly StatementResult[];
  return new Map(statements.map((statement, index) => [statement, inOrder[index]!]));
}

/** How many rows a change has matched. */
export const affectedRows = (result: StatementResult | undefined): number =>
  (result as { readonly affectedRows: number }).affectedRows;

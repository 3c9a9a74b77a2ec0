import { tracingChannel } from 'node:diagnostics_channel';

export interface BoundStatement {
  readonly statement: string;
  readonly values: unknown[];
}

/** For tests: the statements that this process sends to MySQL while `work` runs, as mysql2 reports them. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  return (await boundStatementsOf(work)).map(({ statement }) => statement);
}

export async function boundStatementsOf(work: () => Promise<unknown>): Promise<BoundStatement[]> {
  const statements: BoundStatement[] = [];
  const note = {
    start: (message: unknown) => {
      const { query, values } = message as { query?: unknown; values?: unknown[] };
      statements.push({ statement: String(query), values: values ?? [] });
    },
  };
  const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')];
  for (const channel of channels) channel.start.subscribe(note.start);
  try {
    await work();
  } finally {
    for (const channel of channels) channel.start.unsubscribe(note.start);
  }
  return statements.filter(({ statement }) => !/^(SET|START|COMMIT|ROLLBACK)/i.test(statement));
}

import { tracingChannel } from 'node:diagnostics_channel';

/** For tests: the statements that this process sends to MySQL while `work` runs, as mysql2 reports them. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const note = {
    start: (message: unknown) => void statements.push(String((message as { query?: unknown }).query)),
  };
  const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')];
  for (const channel of channels) channel.start.subscribe(note.start);
  try {
    await work();
  } finally {
    for (const channel of channels) channel.start.unsubscribe(note.start);
  }
  return statements.filter((sql) => !/^(SET|START|COMMIT|ROLLBACK)/i.test(sql));
}

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

/** For tests: how many statements this process has under way at a time while `work` runs, at the most. */
export async function mostStatementsAtOnce(work: () => Promise<unknown>): Promise<number> {
  let underWay = 0;
  let most = 0;
  const note = {
    start: () => (most = Math.max(most, ++underWay)),
    asyncEnd: () => underWay--,
  };
  const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')];
  const listen = (how: 'subscribe' | 'unsubscribe') => {
    for (const { start, asyncEnd } of channels) {
      start[how](note.start);
      asyncEnd[how](note.asyncEnd);
    }
  };
  listen('subscribe');
  try {
    await work();
  } finally {
    listen('unsubscribe');
  }
  return most;
}

import { tracingChannel } from 'node:diagnostics_channel';

export interface BoundStatement {
  readonly statement: string;
  readonly values: unknown[];
}

/** The statements that this process sends to MySQL while `work` runs, as mysql2 reports them. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  return (await boundStatementsOf(work)).map(({ statement }) => statement);
}

export async function boundStatementsOf(work: () => Promise<unknown>): Promise<BoundStatement[]> {
  const statements: BoundStatement[] = [];
  const recorder = {
    start: (message: unknown) => {
      const { query, values } = message as { query?: unknown; values?: unknown[] };
      statements.push({ statement: String(query), values: values ?? [] });
    },
  };
  const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')];
  for (const channel of channels) channel.start.subscribe(recorder.start);
  try {
    await work();
  } finally {
    for (const channel of channels) channel.start.unsubscribe(recorder.start);
  }
  return statements.filter(({ statement }) => !/^(SET|START|COMMIT|ROLLBACK)/i.test(statement));
}

/** The most statements that this process has in flight at a time while `work` runs. */
export async function mostStatementsAtOnce(work: () => Promise<unknown>): Promise<number> {
  let inFlight = 0;
  let most = 0;
  const recorder = {
    start: () => (most = Math.max(most, ++inFlight)),
    asyncEnd: () => inFlight--,
  };
  const channels = [tracingChannel('mysql2:query'), tracingChannel('mysql2:execute')];
  const listen = (how: 'subscribe' | 'unsubscribe') => {
    for (const { start, asyncEnd } of channels) {
      start[how](recorder.start);
      asyncEnd[how](recorder.asyncEnd);
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

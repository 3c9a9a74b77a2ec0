import { onTestFinished } from 'vitest';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import { createLogger, type Logger } from '../../platform/logger.ts';
import { readRouterConfig } from '../config.ts';
import { startRouter } from '../start-router.ts';
import { IDENTITY_SECRETS } from './subgraphs.ts';

/** A router on a free port, and requests to it. */
export interface TestRouter extends RunningProcess {
  execute(question: Question): Promise<Answer>;
}

export interface Question {
  readonly query?: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly AnswerError[];
  /** The whole body as it came. */
  readonly text: string;
}

interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly requestId: string; readonly retryAfterMs?: number };
}

/** Nothing listens there. */
export const NOWHERE = 'http://127.0.0.1:9/graphql';

/** @param settings as in the environment; what is left out points nowhere */
export async function startTestRouter(
  settings: Readonly<Record<string, string>>,
  logger: Logger = createLogger('router', 'silent'),
): Promise<TestRouter> {
  const config = readRouterConfig({
    NODE_ENV: 'test',
    PORT: '0',
    // A Redis that is not there is one that was lost while the router ran.
    STORES_WAIT: '0s',
    ...IDENTITY_SECRETS,
    USER_URL: NOWHERE,
    PRODUCT_URL: NOWHERE,
    ORDER_URL: NOWHERE,
    ...settings,
  });
  const router = await startRouter(config, logger);
  return { ...router, execute: (question) => execute(`${router.url}/graphql`, question) };
}

/** As `startTestRouter`, and closed when the test is done. */
export async function routerForThisTest(
  settings: Readonly<Record<string, string>>,
  logger?: Logger,
): Promise<TestRouter> {
  const router = await startTestRouter(settings, logger);
  onTestFinished(() => router.close());
  return router;
}

async function execute(
  url: string,
  { query, variables, operationName, token, headers }: Question,
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return readAnswer(response);
}

/** @throws when the answer is not JSON, which every answer of the router is */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text) as {
    data?: Answer['data'];
    errors?: readonly AnswerError[];
  };
  return { status: response.status, headers: response.headers, data, errors, text };
}

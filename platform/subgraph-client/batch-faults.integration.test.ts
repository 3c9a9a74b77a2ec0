import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import { json } from '../http/server.ts';
import type { HttpReply, HttpRequest } from '../http/types.ts';
import { startServer } from '../http/testing/server-for-this-test.ts';
import { INSTANCE_HEADER } from '../identity/identity.ts';
import { BATCH_HEADER } from '../operation-batch/batch-limits.ts';
import { BATCH_REQUEST_TYPE } from '../operation-batch/batch-request.ts';
import { BATCH_RESPONSE_TYPE, formatAnswer } from '../operation-batch/batch-response.ts';
import { clientOf, ECHO_IDENTITY, meet, MUTATION, READ, send } from './testing/echo-subgraph.ts';

interface Sent {
  readonly variables: readonly { readonly n: number }[];
  readonly request: HttpRequest;
}

const dataOf = ({ n }: { readonly n: number }) => ({ data: { echo: n } });
const answerTo = (sent: Sent, index: number): string =>
  formatAnswer({
    index,
    status: 200,
    cacheControl: '',
    text: JSON.stringify(dataOf(sent.variables[index]!)),
  });
const batchReply = (reply: Omit<HttpReply, 'status'>): HttpReply => ({
  status: 200,
  headers: { 'content-type': BATCH_RESPONSE_TYPE },
  ...reply,
});
const good = (sent: Sent) => batchReply({ body: sent.variables.map((_, n) => answerTo(sent, n)).join('') });

/** A service that answers single operations, and batches as the test says. */
async function startService(onBatch: (sent: Sent) => HttpReply | Promise<HttpReply>) {
  const state = { batches: [] as number[], singles: 0, accepts: '64/1000000', id: 'process-1' };
  const misdirected = () =>
    json(
      421,
      {},
      { [INSTANCE_HEADER]: state.id, ...(state.accepts ? { [BATCH_HEADER]: state.accepts } : {}) },
    );
  const http = await startServer({
    '/graphql': async (request) => {
      const body = JSON.parse(await request.readBody()) as {
        readonly variables: { readonly n: number };
        readonly operations: readonly { readonly v: { readonly n: number } }[];
      };
      if (!request.headers['x-firstcome-identity']?.includes(`"to":"${state.id}"`)) return misdirected();
      if (request.headers['content-type'] === BATCH_REQUEST_TYPE) {
        state.batches.push(body.operations.length);
        return onBatch({ variables: body.operations.map(({ v }) => v), request });
      }
      state.singles += 1;
      return json(200, dataOf(body.variables));
    },
  });
  return Object.assign(state, { url: `${http.url}/graphql` });
}

async function startMet(...behaviours: ((sent: Sent) => HttpReply | Promise<HttpReply>)[]) {
  const services = await Promise.all(behaviours.map(startService));
  const client = clientOf(services.map(({ url }) => url));
  await Promise.all(services.map(() => meet(client)));
  for (const service of services) service.singles = 0;
  return { services, service: services[0]!, client };
}

const three = (client: ReturnType<typeof clientOf>, query = MUTATION, deadlineMs?: number) =>
  Promise.allSettled([1, 2, 3].map((n) => send(client, n, query, deadlineMs)));
const fulfilled = (n: number) => ({ status: 'fulfilled', value: { data: { echo: n } } });
const unknown = { status: 'rejected', reason: expect.objectContaining({ code: 'TIMEOUT' }) as Error };

/** Answers the first operation, then the connection or the response ends. */
const BROKEN: readonly [string, (sent: Sent) => HttpReply | Promise<HttpReply>][] = [
  [
    'the connection is lost',
    (sent) =>
      batchReply({
        stream: (out) => out.write(answerTo(sent, 0), () => out.destroy()),
      }),
  ],
  ['the response ends', (sent) => batchReply({ body: answerTo(sent, 0) })],
  ['the response is malformed', (sent) => batchReply({ body: `${answerTo(sent, 0)}1 two 3 \n` })],
];

describe.each(BROKEN)('a batch of which one is answered before %s', (_what, broken) => {
  it('has an unknown outcome for each other mutation, and none is sent again', async () => {
    const { service, services, client } = await startMet(broken, good);
    // Least requests in progress, by turns: all that reach the first are of one batch.
    const results = await Promise.all([three(client), three(client)]);
    const failed = results.flat().filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(2);
    expect(failed).toEqual([unknown, unknown]);
    expect([service.batches, services[1]!.batches]).toEqual([[3], [3]]);
    expect(service.singles + services[1]!.singles).toBe(0);
  });

  it('is retried for each other read, at another instance', async () => {
    const { service, services, client } = await startMet(broken, good);
    const results = await Promise.all([three(client, READ), three(client, READ)]);
    expect(results).toEqual(Array(2).fill([1, 2, 3].map(fulfilled)));
    expect(service.batches).toEqual([3]);
    expect(services[1]!.batches).toEqual([3, 2]);
  });
});

describe('a batch that is refused as a whole', () => {
  it.each([400, 413, 415])('with %i is sent one by one', async (status) => {
    const { service, client } = await startMet(() => json(status, { errors: [{ message: 'No.' }] }));
    expect(await three(client)).toEqual([1, 2, 3].map(fulfilled));
    expect(await three(client)).toEqual([1, 2, 3].map(fulfilled));
    expect([service.batches, service.singles]).toEqual([[3], 6]);
  });

  it.each([401, 503, 500])('with %i is refused for each of its operations', async (status) => {
    const errors = [{ message: 'No.', extensions: { code: 'OF_THE_TEST' } }];
    const { service, client } = await startMet(() => json(status, { errors }));
    expect(await three(client)).toEqual(Array(3).fill({ status: 'fulfilled', value: { errors } }));
    expect([service.batches, service.singles]).toEqual([[3], 0]);
  });
});

describe('a batch that is answered as a single operation', () => {
  it.each([200, 201, 302, 500])('with %i gives that answer to no caller', async (status) => {
    const { service, client } = await startMet(() => json(status, dataOf({ n: 1 })));
    const results = await three(client);
    expect(results.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect([service.batches, service.singles]).toEqual([[3], 0]);
  });
});

describe('a process that does not state that it accepts batches', () => {
  it('gets none', async () => {
    const service = await startService(good);
    service.accepts = '';
    const client = clientOf([service.url]);
    for (let round = 0; round < 2; round++) expect(await three(client)).toEqual([1, 2, 3].map(fulfilled));
    expect([service.batches, service.singles]).toEqual([[], 6]);
  });

  it('gets none in the place of one that did', async () => {
    const { service, client } = await startMet(good);
    expect(await three(client)).toEqual([1, 2, 3].map(fulfilled));
    Object.assign(service, { id: 'process-2', accepts: '' });
    for (let round = 0; round < 2; round++) expect(await three(client)).toEqual([1, 2, 3].map(fulfilled));
    expect([service.batches, service.singles]).toEqual([[3], 6]);
  });
});

it('a read in a batch keeps how long it may be cached, and its status', async () => {
  const { client } = await startMet((sent) =>
    batchReply({
      body: sent.variables
        .map((variables, index) =>
          formatAnswer({
            index,
            status: index === 0 ? 200 : 400,
            cacheControl: 'max-age=5, public',
            text: JSON.stringify(dataOf(variables)),
          }),
        )
        .join(''),
    }),
  );
  const request = (n: number) => client.request({ query: READ, variables: { n } }, ECHO_IDENTITY, 20_000);
  expect(await Promise.all([request(1), request(2)])).toEqual([
    { status: 200, text: '{"data":{"echo":1}}', freshForMs: 5_000 },
    { status: 400, text: '{"data":{"echo":2}}', freshForMs: 0 },
  ]);
});

it('an operation whose variables are no JSON fails alone', async () => {
  const { service, client } = await startMet(good);
  const circular: Record<string, unknown> = {};
  circular['itself'] = circular;
  const results = await Promise.allSettled([send(client, 1), send(client, circular), send(client, 3)]);
  expect(results).toMatchObject([fulfilled(1), { status: 'rejected' }, fulfilled(3)]);
  expect(service.batches).toEqual([2]);
});

it('a batch is aborted when all of its deadlines have passed', async () => {
  let gone: AbortSignal | undefined;
  const { client } = await startMet(({ request }) => {
    gone = request.gone;
    return new Promise(() => undefined);
  });
  expect(await three(client, MUTATION, 300)).toEqual([unknown, unknown, unknown]);
  await waitUntil('the abort', () => gone?.aborted);
});

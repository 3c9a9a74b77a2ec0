import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import type { AccessTokens } from '../identity/tokens/access-tokens.ts';
import { BATCH_REQUEST_TYPE } from '../operation-batch/batch-request.ts';
import { NO_SPAN } from '../observability/span.ts';
import {
  clientOf,
  ECHO_IDENTITY,
  FAULTY,
  meet,
  MUTATION,
  READ,
  send,
  startEcho,
  type EchoOptions,
} from './testing/echo-subgraph.ts';

const SINGLE = 'application/json';
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function startMet(options?: EchoOptions) {
  const echo = await startEcho(options);
  const client = clientOf([echo.graphqlUrl]);
  await meet(client);
  const before = { requests: echo.requests.length, executed: echo.executed.length };
  return {
    echo,
    client,
    requests: () => echo.requests.slice(before.requests),
    executed: () => echo.executed.slice(before.executed),
  };
}

describe('operations of one document in one turn', () => {
  it('are one request, each with its own caller, request id, time, address and trace', async () => {
    const { client, requests, executed } = await startMet();
    const trace = (n: number) => `00-${'a'.repeat(32)}-${'b'.repeat(15)}${n}-00`;
    const identities = numbers(3).map((n) => ({
      caller: {
        userId: `0198c0de-0000-7000-8000-00000000000${n}`,
        scopes: new Set(n === 1 ? ['order:write'] : []),
        sessionId: n === 2 ? 'a session' : null,
      },
      requestId: `request-${n}`,
      remainingMs: null,
      receivedAt: 1_700_000_000_000 + n,
      clientAddress: `2001:db8::${n}`,
      span: { ...NO_SPAN, traceparent: trace(n) },
    }));
    const answers = await Promise.all(
      identities.map((identity, index) =>
        client.send({ query: MUTATION, variables: { n: index + 1 } }, identity, 5_000 * (index + 1)),
      ),
    );
    expect(answers).toEqual(numbers(3).map((n) => ({ data: { echo: n } })));
    expect(requests()).toEqual([BATCH_REQUEST_TYPE]);
    for (const [index, { n, identity }] of executed().entries()) {
      const { caller, requestId, receivedAt, clientAddress } = identities[index]!;
      expect(n).toBe(index + 1);
      expect(identity).toMatchObject({ caller, requestId, receivedAt, clientAddress });
      expect(identity.span?.traceparent).toBe(trace(n));
      expect(identity.remainingMs).toBeLessThanOrEqual(5_000 * n);
      expect(identity.remainingMs).toBeGreaterThan(5_000 * (n - 1));
    }
  });

  it('are as many requests as the bounds of number and bytes need, and each is answered', async () => {
    const { client, requests } = await startMet();
    await Promise.all(numbers(150).map((n) => send(client, n)));
    expect(requests()).toEqual(Array(3).fill(BATCH_REQUEST_TYPE));
    const large = numbers(5).map((n) =>
      client.send({ query: READ, variables: { n, more: 'ü'.repeat(200_000) } }, ECHO_IDENTITY, 10_000),
    );
    expect(await Promise.all(large)).toEqual(numbers(5).map((n) => ({ data: { echo: n } })));
    expect(requests().slice(3)).toEqual([BATCH_REQUEST_TYPE, BATCH_REQUEST_TYPE, SINGLE]);
  });

  it('do not wait for a slow one', async () => {
    const { echo, client, requests } = await startMet();
    const release = echo.hold(2);
    const [first, slow, third] = [send(client, 1), send(client, 2), send(client, 3)];
    expect(await first).toEqual({ data: { echo: 1 } });
    expect(await third).toEqual({ data: { echo: 3 } });
    release();
    expect(await slow).toEqual({ data: { echo: 2 } });
    expect(requests()).toEqual([BATCH_REQUEST_TYPE]);
    expect(await send(client, 4)).toEqual({ data: { echo: 4 } });
  });

  it.each([
    ['throws', FAULTY, 'INTERNAL'],
    ['has a variable of another type', 'x', 'BAD_REQUEST'],
  ])('do not fail with one that %s', async (_what, n, code) => {
    const { client, requests } = await startMet();
    const [first, faulty, third] = await Promise.all([send(client, 1), send(client, n), send(client, 3)]);
    expect([first, third]).toEqual([{ data: { echo: 1 } }, { data: { echo: 3 } }]);
    expect(faulty?.errors).toMatchObject([{ extensions: { code } }]);
    expect(requests()).toEqual([BATCH_REQUEST_TYPE]);
  });

  it('do not end with the deadline of one, which fails alone', async () => {
    const { echo, client, requests } = await startMet();
    const releases = [echo.hold(1), echo.hold(2)];
    const impatient = send(client, 1, MUTATION, 50);
    const patient = send(client, 2);
    await expect(impatient).rejects.toMatchObject({ code: 'TIMEOUT' });
    for (const release of releases) release();
    expect(await patient).toEqual({ data: { echo: 2 } });
    expect(requests()).toEqual([BATCH_REQUEST_TYPE]);
  });

  it('reach a process that has replaced another, each once', async () => {
    const { echo, client } = await startMet();
    await echo.close();
    const after = await startEcho({ port: echo.port });
    const answers = await Promise.all(numbers(10).map((n) => send(client, n)));
    expect(answers).toEqual(numbers(10).map((n) => ({ data: { echo: n } })));
    expect(after.requests).toEqual([BATCH_REQUEST_TYPE, BATCH_REQUEST_TYPE]);
    expect(after.executed.map(({ n }) => n)).toEqual(numbers(10));
  });

  it('are shared between two processes, and counted as operations in progress', async () => {
    const all = [await startEcho(), await startEcho()];
    const client = clientOf(all.map(({ graphqlUrl }) => graphqlUrl));
    await Promise.all([meet(client), meet(client)]);
    const before = all.map(({ executed }) => executed.length);
    await Promise.all(numbers(20).map((n) => send(client, n)));
    expect(all.map(({ executed }, index) => executed.length - before[index]!)).toEqual([10, 10]);
  });

  it('are one request with IDENTITY_PER_INSTANCE=off, too', async () => {
    const { client, requests } = await startMet({ perInstance: false });
    await Promise.all(numbers(3).map((n) => send(client, n)));
    expect(requests()).toEqual([BATCH_REQUEST_TYPE]);
  });
});

describe('a request of its own is sent', () => {
  it('for an operation that is alone in its turn', async () => {
    const { client, requests } = await startMet();
    for (const n of numbers(3)) await send(client, n);
    expect(requests()).toEqual([SINGLE, SINGLE, SINGLE]);
  });

  it('for each of several documents, and for each name of an operation', async () => {
    const { client, requests } = await startMet();
    const query = 'query A($n: Int!) { echo(n: $n) } query B($n: Int!) { echo(n: $n) }';
    const named = (operationName: string) =>
      client.send({ query, operationName, variables: { n: 1 } }, ECHO_IDENTITY, 5_000);
    const answers = await Promise.all([send(client, 1), send(client, 1, READ), named('A'), named('B')]);
    expect(answers).toEqual(Array(4).fill({ data: { echo: 1 } }));
    expect(requests()).toEqual([SINGLE, SINGLE, SINGLE, SINGLE]);
  });

  it('for each operation where the subgraph accepts access tokens', async () => {
    const tokens: AccessTokens = {
      authenticate: () => null,
      forget: () => undefined,
      ping: () => Promise.resolve(),
      close: () => undefined,
    };
    const { client, requests } = await startMet({ tokens });
    await Promise.all(numbers(3).map((n) => send(client, n)));
    expect(requests()).toEqual([SINGLE, SINGLE, SINGLE]);
  });
});

describe('the graceful shutdown of a process', () => {
  it('fails no operation of a batch, and its connections get no more', async () => {
    const all = [await startEcho(), await startEcho()];
    const client = clientOf(all.map(({ graphqlUrl }) => graphqlUrl));
    let isOver = false;
    const load = numbers(20).map(async (n) => {
      while (!isOver) expect(await send(client, n)).toEqual({ data: { echo: n } });
    });
    const batches = () => all.map(({ requests }) => requests.filter((type) => type !== SINGLE).length);
    await waitUntil('batches at both', batches, (counts) => counts.every((count) => count > 50));
    all[0]!.announceEnd();
    await all[0]!.close();
    isOver = true;
    await Promise.all(load);
  });

  it('completes a batch that has begun to be answered, and says that its connection is the last', async () => {
    const { echo, client } = await startMet();
    const release = echo.hold(2);
    const slow = send(client, 2);
    expect(await send(client, 1)).toEqual({ data: { echo: 1 } });
    const closed = echo.close();
    release();
    expect(await slow).toEqual({ data: { echo: 2 } });
    await closed;
  });
});

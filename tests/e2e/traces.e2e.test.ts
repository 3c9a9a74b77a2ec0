import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';
import { countAnswers, newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const environment: NodeJS.ProcessEnv = { OTEL_BSP_SCHEDULE_DELAY: '100' };
const receiver = useOtlpReceiver(environment);
const stack = useStack(useStores(), { environment });

const spansOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

/** A trace that a client has begun. */
function newTrace() {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

async function buy(url: string, product: string, traceparent: string): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${stack.mint.buyer()}`,
      traceparent,
    },
    body: JSON.stringify({
      query: 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
      variables: { input: { productId: product, quantity: 1, idempotencyKey: newKey() } },
    }),
  });
  expect(await response.json()).toEqual({ data: { purchase: { __typename: 'PurchaseConfirmed' } } });
}

describe('a purchase', () => {
  it("is one trace, the client's own, from the router to the script and the transaction", async () => {
    const product = await openSale(stack, { units: 5 });
    const client = newTrace();
    await buy(stack.routers[0]!.url, product, client.traceparent);

    const spans = await waitUntil(
      'all spans of the trace',
      () => spansOf(client.traceId),
      (found) => named(found, 'graphql').length === 1 && named(found, 'mysql transaction').length === 1,
    );
    const path = ['graphql', 'ask order', 'Mutation.purchase', 'write', 'mysql transaction'];
    let parent = client.spanId;
    for (const name of path) {
      const [span] = named(spans, name);
      expect(span, name).toMatchObject({ parentSpanId: parent });
      parent = span!.spanId;
    }
    expect(named(spans, 'plan')[0]).toMatchObject({ parentSpanId: named(spans, 'graphql')[0]!.spanId });
    const [reserve] = named(spans, 'reserve');
    expect(named(spans, 'redis reserve')[0]).toMatchObject({ parentSpanId: reserve!.spanId });
    expect(reserve!.attributes).toEqual({ outcome: 'reserved' });
    expect(named(spans, 'graphql')[0]).toMatchObject({
      service: 'router',
      attributes: { 'graphql.operation': 'Mutation.purchase' },
    });
    expect(named(spans, 'Mutation.purchase')[0]).toMatchObject({
      service: 'order',
      attributes: { 'firstcome.purchase': 'PurchaseConfirmed' },
    });
  });

  it('that shares its transaction with others is linked to it', async () => {
    const product = await openSale(stack, { units: 200 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => purchase(stack, product, stack.mint.buyer())),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 200 });
    await waitUntil('a transaction of several', () =>
      receiver.spans.some(({ name, links }) => name === 'mysql transaction' && (links?.length ?? 0) > 0),
    );
  });

  it('continues its trace behind a router that sends no traces', async () => {
    const product = await openSale(stack, { units: 5 });
    const quiet = await stack.startService('router', { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    const client = newTrace();
    await buy(quiet.url, product, client.traceparent);
    const spans = await waitUntil(
      'the span of the subgraph',
      () => named(spansOf(client.traceId), 'Mutation.purchase'),
      (found) => found.length === 1,
    );
    expect(spans).toMatchObject([{ service: 'order', parentSpanId: client.spanId }]);
    await quiet.stop();
  });

  it('is not traced where the share is 0, whatever the client asks for', async () => {
    const product = await openSale(stack, { units: 5 });
    const sparing = await stack.startService('router', { OTEL_TRACES_SAMPLER_ARG: '0' });
    const [untraced, traced] = [newTrace(), newTrace()];
    await buy(sparing.url, product, untraced.traceparent);
    await buy(stack.routers[0]!.url, product, traced.traceparent);
    await waitUntil('a later trace', () => named(spansOf(traced.traceId), 'graphql').length === 1);
    expect(spansOf(untraced.traceId)).toEqual([]);
    await sparing.stop();
  });
});

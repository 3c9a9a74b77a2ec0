import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../harness/service.ts';
import { newKey, openSale } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const stack = useStack(useStores());
let router: Service;
beforeAll(async () => {
  router = await stack.startService('router', { PERSISTED_OPERATIONS: 'only' });
}, 60_000);
afterAll(() => router.stop());

const textOf = (name: string) =>
  readFile(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8');

/** Sends no document, only its hash: that of the file. */
async function send(name: string, variables: object, token?: string) {
  const id = createHash('sha256')
    .update(await textOf(name))
    .digest('hex');
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ id, variables }),
  });
  return { status: response.status, ...((await response.json()) as { data?: Record<string, unknown> }) };
}

describe('a router that accepts only the manifest', () => {
  it('sells, by operations of which clients send the hash alone', async () => {
    const product = await openSale(stack, { units: 2 });
    const token = stack.mint.buyer();
    const bought = await send('Purchase', { input: { productId: product, idempotencyKey: newKey() } }, token);
    expect(bought).toMatchObject({ status: 200, data: { purchase: { __typename: 'PurchaseConfirmed' } } });
    const { order } = bought.data!['purchase'] as { order: { id: string } };
    expect(await send('Order', { id: order.id }, token)).toMatchObject({
      status: 200,
      data: { order: { id: order.id, status: 'PENDING_PAYMENT' } },
    });
    expect(await send('ProductPage', { id: product })).toMatchObject({
      data: { product: { stock: { total: 2, remaining: 1 } } },
    });
  });

  it('refuses an operation that is not in the manifest, also with a token', async () => {
    const token = stack.mint.administrator();
    for (const query of ['{ products { nodes { id } } }', '{ __schema { types { name } } }']) {
      const reply = await stack.executeAt(router.url, query, {}, token);
      expect([reply.status, reply.errors?.[0]?.extensions?.code]).toEqual([400, 'UNKNOWN_OPERATION']);
    }
    expect((await stack.executeAt(router.url, await textOf('ServerTime'))).status).toBe(200);
  });
});

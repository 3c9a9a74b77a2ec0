import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fillShop } from './demo.ts';

const SESSION = { signIn: { __typename: 'Session', accessToken: 'token' } };

/** A shop that answers each mutation with this. */
async function shopThat(answers: (query: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () =>
      response.end(JSON.stringify(answers((JSON.parse(body) as { query: string }).query))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

it.each([
  [
    'the demo administrator cannot sign in',
    () => ({ data: { signIn: { __typename: 'InvalidCredentials' } } }),
    'InvalidCredentials',
  ],
  [
    'a subgraph is away',
    () => ({ errors: [{ message: 'The service is unavailable.' }] }),
    'The service is unavailable',
  ],
  [
    'stock is not made',
    (query: string) => ({
      data: query.includes('signIn')
        ? SESSION
        : query.includes('createProduct')
          ? { createProduct: { __typename: 'ProductSaved', product: { id: 'id' } } }
          : query.includes('restock')
            ? { restock: { __typename: 'StockInUse' } }
            : { products: { nodes: [] } },
    }),
    'restock was answered with StockInUse',
  ],
])('when %s, the start ends with a sentence and nothing counts as made', async (_, answers, reason) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-demo-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const filling = fillShop(await shopThat(answers), dataDir);
  await expect(filling).rejects.toThrow(
    /^The demo data could not be made: .*\.\nThe next start goes on with it/,
  );
  await expect(filling).rejects.toThrow(reason);
  expect(readdirSync(dataDir)).toEqual([]);
});

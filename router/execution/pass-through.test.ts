import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { supergraphForGateway } from '../operation/gateway-supergraph.ts';
import { ownOperation } from '../operation/planned-operation.ts';
import { loadGateway, type Gateway } from '../schema/gateway.ts';
import { SubgraphSource } from '../subgraph/subgraph-source.ts';

const logger = createLogger('test', 'silent');
const supergraph = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
const context = () => ({
  identity: { caller: null, requestId: 'r', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: Date.now() + 60_000,
  logger,
});

let gateway: Gateway;
let text = '';

beforeAll(async () => {
  const traffic = { execute: async () => ({ status: 200, text, freshForMs: 0 }) };
  const source = (name: string) => new SubgraphSource(name, traffic, 2_000);
  gateway = await loadGateway(supergraphForGateway(parse(supergraph)), source, logger);
});
afterAll(() => gateway.stop());

it.each([
  ['spaces', '{"data":{ "product": {"name": "Box", "price":{ "amount" : 3 } } } }'],
  ['escapes', '{"data":{"product":{"name":"\\u004cucky \\/ box","price":{"amount":3}}}}'],
  ['numbers', '{"data":{"product":{"name":"Box","price":{"amount":3.0}}}}'],
])('an answer that passes keeps the %s that its subgraph has written', async (_what, written) => {
  text = written;
  const operation = ownOperation('{ product(id: "1") { name price { amount } } }', 'of this test');
  expect((await gateway.execute(operation, {}, context())).body).toBe(written);
});

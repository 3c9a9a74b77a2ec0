import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, executeSync, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../tests/harness/random-numbers.ts';
import { useStores } from '../tests/harness/stores.ts';
import {
  goodClaims,
  makeToken,
  rsaKey,
  startIssuer,
  type TestIssuer,
} from '../platform/identity/tokens/testing/issuer.ts';
import type { RunningHttpServer } from '../platform/http/server.ts';
import { madeUpValue, startMadeUpSubgraph } from './testing/made-up-shop.ts';
import { randomOperation, type RandomOperation } from './testing/random-operation.ts';
import { startTestRouter, type TestRouter } from './testing/router.ts';

/** `SEED=… DOCUMENTS=1 npm test -- random-operations` repeats one that failed; more documents find more. */
const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 60);
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

const stores = useStores();
const key = rsaKey('key-1');
const schema = buildSchema(readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8'));
const token = makeToken(key, {
  ...goodClaims(),
  scope: 'catalog:write stock:write order:read user:read',
});
let issuer: TestIssuer;
let subgraphs: RunningHttpServer[];
let router: TestRouter;

beforeAll(async () => {
  issuer = await startIssuer(key);
  subgraphs = await Promise.all((['user', 'product', 'order'] as const).map(startMadeUpSubgraph));
  const [user, product, order] = subgraphs.map(({ url }) => `${url}/graphql`);
  router = await startTestRouter({
    JWKS_URL: issuer.jwksUrl,
    USER_URL: user!,
    PRODUCT_URL: product!,
    ORDER_URL: order!,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    RATE_LIMITS: 'off',
    OPERATION_MAX_ALIASES: '1000',
    OPERATION_MAX_COST: '100000000',
    OPERATION_MAX_DEPTH: '50',
    OPERATION_MAX_RECURSION: '20',
    OPERATION_MAX_DIRECTIVES: '1000',
    OPERATION_MAX_TOKENS: '20000',
  });
});
afterAll(async () => {
  await router.close();
  await Promise.all([issuer.close(), ...subgraphs.map((one) => one.close(100))]);
});

/** What one process with the whole schema answers. */
function expected(source: string, variables: RandomOperation['variables']): unknown {
  const { data, errors } = executeSync({
    schema,
    document: parse(source),
    variableValues: variables,
    fieldResolver: (value: unknown, given, _context, { parentType, fieldName }) =>
      madeUpValue(schema, parentType, value, fieldName, given),
    typeResolver: (value) => (value as { readonly __typename: string }).__typename,
  });
  if (errors) throw new Error('The test is wrong.', { cause: errors[0] });
  return JSON.parse(JSON.stringify(data));
}

const isValid = (source: string): boolean => validate(schema, parse(source)).length === 0;

/** One whose two documents are valid: names under one key often differ in type. @returns null where ten in a row are not */
function validOperation(documentSeed: number): RandomOperation | null {
  const random = randomFrom(documentSeed);
  for (let tries = 0; tries < 10; tries++) {
    const operation = randomOperation(schema, random);
    if (isValid(operation.plain) && isValid(operation.decorated)) return operation;
  }
  return null;
}

const crosses = (source: string): boolean => /\b(stock|product|buyer|orders|wishlist)\b/.test(source);

it(
  `random documents are answered by three subgraphs as one process would answer them (seed ${seed})`,
  async () => {
    let compared = 0;
    let acrossSubgraphs = 0;
    for (let n = 0; n < DOCUMENTS; n++) {
      const documentSeed = seed + n;
      const operation = validOperation(documentSeed);
      if (!operation) continue;
      compared += 1;
      if (crosses(operation.decorated)) acrossSubgraphs += 1;
      for (const query of [operation.plain, operation.decorated]) {
        const { variables } = operation;
        const { status, data, errors } = await router.execute({ query, variables, token });
        // As text: the order of the fields, too.
        expect(
          JSON.stringify({ status, data, errors }),
          `SEED=${documentSeed} DOCUMENTS=1\n${query}\n${JSON.stringify(variables)}`,
        ).toBe(JSON.stringify({ status: 200, data: expected(query, variables), errors: [] }));
      }
    }
    expect(compared).toBeGreaterThan(DOCUMENTS / 2);
    if (DOCUMENTS > 50) expect(acrossSubgraphs).toBeGreaterThan(compared / 5);
  },
  30_000 + DOCUMENTS * 200,
);

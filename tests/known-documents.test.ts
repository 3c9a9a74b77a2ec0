import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { isObjectType, isScalarType, parse, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOperationExecutor, type OperationExecutor } from '../platform/graphql/execute-operation.ts';
import { KnownDocuments } from '../platform/graphql/known-documents.ts';
import { DateTime } from '../platform/graphql/scalars.ts';
import { loggedError } from '../platform/logged-error.ts';
import { randomOperation } from '../router/testing/random-operation.ts';
import { randomFrom, type RandomNumbers } from './harness/random-numbers.ts';
import { faultyResolver } from './harness/faulty-resolver.ts';

const FACTOR = Math.max(1, Number(process.env['PROPERTY_RUNS'] ?? 1));
const OPERATIONS = 400 * FACTOR;
const IDENTITY = { caller: null, requestId: 'of-this-test', patienceMs: null };

describe.each(['user', 'product', 'order'])('documents that the %s subgraph knows', (subgraph) => {
  let executor: OperationExecutor;
  let known: KnownDocuments;
  let schema: GraphQLSchema;
  let log = '';

  beforeAll(async () => {
    const typeDefs = parse(readFileSync(new URL(`../schema/${subgraph}.graphql`, import.meta.url), 'utf8'));
    schema = withFaultyResolvers(buildSubgraphSchema({ typeDefs, resolvers: { DateTime } }));
    known = new KnownDocuments(schema);
    const sink = new Writable({ write: (line: Buffer, _, done) => done(void (log += String(line))) });
    const logger = pino(
      { level: 'error', timestamp: false, serializers: { err: (error: unknown) => withoutStack(error) } },
      sink,
    );
    executor = await openOperationExecutor(
      { schema, maxTokens: 50_000, context: (base) => base, logger },
      known,
    );
  });
  afterAll(() => executor.stop());

  /** What is answered, and what is logged of it. */
  async function answerTo(body: object) {
    log = '';
    const reply = await executor.execute({
      identity: IDENTITY,
      isSigned: true,
      body: body as { query: string },
      traceparent: undefined,
    });
    return { ...reply, log };
  }

  it(
    'are answered to the byte as by Apollo Server, which has the first of two requests',
    { timeout: 60_000 * FACTOR },
    async () => {
      let direct = 0;
      for (let seed = 1; seed <= OPERATIONS; seed++) {
        const random = randomFrom(seed);
        const { plain, decorated, variables } = randomOperation(schema, random);
        const text = [plain, decorated, withoutDirectives(plain), withoutDirectives(decorated)][random(4)]!;
        const query = `${text} # ${seed}`;
        const body = { query, ...withMistakes({ variables }, random) };
        const first = await answerTo(body);
        if (known.find(body)) direct++;
        expect(await answerTo(body), `${seed}: ${JSON.stringify(body)}`).toEqual(first);
      }
      expect(direct).toBeGreaterThan(OPERATIONS / 20);
    },
  );
});

/** As a gateway mostly writes them; what may be cached is known before the execution only of these. */
const withoutDirectives = (query: string): string =>
  query.replace(/ @(?:skip|include)\(if: \S+\)/g, '').replace(/\(\$yes: .*?\)/, '');

/** Mostly as they are; sometimes not as a client should send them. */
function withMistakes(body: { variables: object }, random: RandomNumbers): object {
  const mistakes: object[] = [
    { variables: {} },
    { variables: null },
    { variables: { yes: 'perhaps', no: 1 } },
    { variables: [true] },
    { variables: 'none' },
    { operationName: 'Another' },
    { operationName: '' },
    { operationName: null },
    { operationName: 1 },
    { extensions: {} },
    { extensions: 'none' },
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } },
  ];
  return random(3) === 0
    ? { ...body, ...mistakes[random(mistakes.length)] }
    : { operationName: 'Random', ...body };
}

function withFaultyResolvers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) || !isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = faultyResolver;
  }
  return schema;
}

const withoutStack = (error: unknown) => ({ ...loggedError(error), stack: undefined, causes: undefined });

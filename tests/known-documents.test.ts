import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { getNamedType, isLeafType, isObjectType, parse, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOperationExecutor, type OperationExecutor } from '../platform/graphql/execute-operation.ts';
import { KnownDocuments } from '../platform/graphql/known-documents.ts';
import { DateTime } from '../platform/graphql/scalars.ts';
import { loggedError } from '../platform/logged-error.ts';
import { randomOperation } from '../router/testing/random-operation.ts';
import { randomCall } from './harness/random-input.ts';
import { randomFrom, type RandomNumbers } from './harness/random-numbers.ts';
import { faultyResolver } from './harness/faulty-resolver.ts';

const FACTOR = Math.max(1, Number(process.env['PROPERTY_RUNS'] ?? 1));
const OPERATIONS = 400 * FACTOR;
/** Milliseconds for one comparison: on a busy machine fewer operations are compared. */
const ENOUGH_MS = 4_000 * FACTOR;
const IDENTITY = { caller: null, requestId: 'of-this-test', remainingMs: null };

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

  /** Sends each twice, until there were enough: the first of two is Apollo Server's. @returns the share of those that were not, the second time */
  async function compare(bodyOf: (random: RandomNumbers, seed: number) => { readonly query: string }) {
    const begun = performance.now();
    let [sent, direct] = [0, 0];
    for (let seed = 1; seed <= OPERATIONS && performance.now() - begun < ENOUGH_MS; seed++) {
      const body = bodyOf(randomFrom(seed), seed);
      const first = await answerTo(body);
      sent++;
      if (known.find(body)) direct++;
      expect(await answerTo(body), `${seed}: ${JSON.stringify(body)}`).toEqual(first);
    }
    return direct / sent;
  }

  it('are answered to the byte as by Apollo Server', { timeout: 20 * ENOUGH_MS }, async () => {
    const share = await compare((random, seed) => {
      const { plain, decorated, variables } = randomOperation(schema, random);
      const text = [plain, decorated, withoutDirectives(plain), withoutDirectives(decorated)][random(4)]!;
      return { query: `${text} # ${seed}`, ...withMistakes({ variables }, random) };
    });
    expect(share).toBeGreaterThan(0.05);
  });

  it('get the same values of variables', { timeout: 20 * ENOUGH_MS }, async () => {
    const fields = (['query', 'mutation'] as const).flatMap((kind) => {
      const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
      return Object.values(root?.getFields() ?? {}).map((field) => ({ kind, field }));
    });
    const share = await compare((random, seed) => {
      const { kind, field } = fields[random(fields.length)]!;
      const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
      const { query, variables } = randomCall(kind, field, selection, random);
      return { query: `${query} # ${seed}`, variables };
    });
    expect(share).toBeGreaterThan(0.3);
  });
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
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()))
      // The age of its answer comes from its own resolver.
      if (field.name !== '_entities') field.resolve = faultyResolver;
  }
  return schema;
}

const withoutStack = (error: unknown) => ({ ...loggedError(error), stack: undefined, causes: undefined });

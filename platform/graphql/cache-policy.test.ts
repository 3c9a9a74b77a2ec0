import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { openOperationExecutor, type OperationExecutor } from './execute-operation.ts';
import { KnownDocuments } from './known-documents.ts';

const TYPES = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @cacheControl(maxAge: Int!) on OBJECT | FIELD_DEFINITION
  type Query { long: Long short: Short @cacheControl(maxAge: 9) lists: [Long!]! }
  type Long @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! short: Short now: Int @cacheControl(maxAge: 0) part: Part }
  type Short @key(fields: "id") @cacheControl(maxAge: 5) { id: ID! long: Long }
  type Unaged @key(fields: "id") { id: ID! name: String }
  type Part { name: String }
`;

const long = { id: 'a', now: 1, short: { id: 'b' }, part: { name: 'c' } };
const resolvers = {
  Query: { long: () => long, short: () => ({ id: 'b', long }), lists: () => [long, { id: 'd' }] },
  Long: { __resolveReference: ({ id }: { readonly id: string }) => (id === 'none' ? null : { ...long, id }) },
  Short: { __resolveReference: ({ id }: { readonly id: string }) => ({ id }) },
};

const entities = (selection: string, ...representations: readonly (readonly [string, string])[]) => ({
  query: `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ${selection} } }`,
  variables: { r: representations.map(([__typename, id]) => ({ __typename, id })) },
});

const [LONG, SHORT, UNAGED, NONE] = [
  ['Long', 'a'],
  ['Short', 'b'],
  ['Unaged', 'c'],
  ['Long', 'none'],
] as const;

describe('how long an answer may be cached, without Apollo Server as with it', () => {
  let executor: OperationExecutor;
  let known: KnownDocuments;

  beforeAll(async () => {
    const schema = buildSubgraphSchema({ typeDefs: parse(TYPES), resolvers });
    known = new KnownDocuments(schema);
    const logger = createLogger('test', 'silent');
    executor = await openOperationExecutor(
      { schema, maxTokens: 1_000, context: (base) => base, logger },
      known,
    );
  });
  afterAll(() => executor.stop());

  const answerTo = (body: object) =>
    executor.execute({
      identity: { caller: null, requestId: 'of-this-test', remainingMs: null },
      isSigned: true,
      body: body as { query: string },
      traceparent: undefined,
    });

  it.each([
    ['an entity, by its type', entities('... on Long { id }', LONG), 60],
    ['several, by the shortest', entities('... on Long { id } ... on Short { id }', LONG, SHORT), 5],
    ['one that has no age among others', entities('... on Long { id }', UNAGED, LONG), 60],
    ['none with an age', entities('... on Unaged { name }', UNAGED), null],
    ['no representation', entities('... on Long { id }'), null],
    ['a field of a shorter age', entities('... on Long { short { id } }', LONG), 5],
    ['a field that is not for keeping', entities('... on Long { now }', LONG), null],
    ['an object without an age', entities('... on Long { part { name } }', LONG), null],
    ['such a field of an entity that is not there', entities('... on Long { now short { id } }', NONE), 60],
    ['such a field of one of two', entities('... on Long { short { id } }', LONG, NONE), 5],
    ['the fields of the root', { query: '{ long { id } short { id } }' }, 9],
    ['what is reached below them', { query: '{ short { id long { short { id } } } }' }, 5],
    ['what is not reached below them', { query: '{ long { short { long { part { name } } } } }' }, 5],
    ['elements of a list', { query: '{ lists { id now } }' }, null],
    ['the name of a type alone', { query: '{ __typename }' }, null],
  ])('%s', async (_, body, seconds) => {
    const byApollo = await answerTo(body);
    if (body.query !== '{ __typename }') expect(known.find(body)).not.toBeNull();
    expect(await answerTo(body)).toEqual(byApollo);
    expect(byApollo.headers?.['cache-control']).toBe(
      seconds === null ? undefined : `max-age=${seconds}, public`,
    );
  });

  it('an answer with errors may not be cached', async () => {
    const body = entities('... on Long { id }', LONG, ['Another', 'a']);
    const byApollo = await answerTo(body);
    expect(await answerTo(body)).toEqual(byApollo);
    expect(byApollo.headers).not.toHaveProperty('cache-control');
  });
});

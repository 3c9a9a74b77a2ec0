import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operationsIn } from './operation-list.ts';

const schema = buildSchema(`
  scalar DateTime
  type Query { user(email: String, since: DateTime): User }
  type User { id: ID! name: String }
`);

const post = (parameters: unknown) => ({
  method: 'POST',
  url: '/graphql',
  body: typeof parameters === 'string' ? parameters : JSON.stringify(parameters),
  status: 200,
});
const documentsOf = (...parameters: readonly unknown[]) =>
  operationsIn(parameters.map(post), schema).map(({ document }) => document);

describe('the operations of recorded requests', () => {
  it('are those of bodies and of URLs, each once, whatever its spaces', () => {
    const byGet = {
      method: 'GET',
      url: `/graphql?query=${encodeURIComponent('{ user { name } }')}`,
      body: '',
      status: 200,
    };
    const all = operationsIn(
      [byGet, post({ query: '{user{id}}' }), post({ query: 'query { user { id } }' })],
      schema,
    );
    expect(all).toEqual([{ document: '{user{id}}' }, { document: '{user{name}}' }]);
  });

  it('have no texts of the request, but instants', () => {
    expect(
      documentsOf({ query: '{ user(email: "me@home.example", since: "2026-01-31T09:00:00Z") { id } }' }),
    ).toEqual(['{user(email:"1" since:"2026-01-31T09:00:00Z"){id}}']);
  });

  it('have the name where a document has several', () => {
    const query = 'query A { user { id } } query B { user { name } }';
    expect(operationsIn([post({ query, operationName: 'B' })], schema)).toEqual([
      { operationName: 'B', document: 'query A{user{id}}query B{user{name}}' },
    ]);
  });

  it.each([
    ['no JSON', '{'],
    ['no document', { query: 7 }],
    ['no GraphQL', { query: '{' }],
    ['a field that is not in the schema', { query: '{ password }' }],
    ['a document that is made to be refused', { query: `{ user { id } } #${'x'.repeat(5_000)}` }],
  ])('leave out %s', (_what, parameters) => {
    expect(documentsOf(parameters)).toEqual([]);
  });
});

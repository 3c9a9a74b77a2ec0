import { describe, expect, it } from 'vitest';
import { Fault } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import type { ExecutionContext } from './execution-context.ts';
import { subgraphDocument, SubgraphSource } from './subgraph-source.ts';

const context = (): ExecutionContext => ({
  identity: { caller: null, requestId: 'request-1', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: Date.now() + 1_000,
  logger: createLogger('test', 'silent'),
});

/** What becomes of a response. @param entities how many were requested */
function receive(text: string, { status = 200, query = '{ a }', entities = null as number | null } = {}) {
  const traffic = { execute: async () => ({ status, text, freshForMs: 0 }) };
  const source = new SubgraphSource('a', traffic, 100);
  return source.send(subgraphDocument(query, undefined), {}, entities, context());
}

const codeOf = (answer: unknown) => (answer as Fault).code;

describe('a response that is nothing but data is kept as it came', () => {
  it.each<[string, string, object, string | null]>([
    ['without the end of its line', '{"data":{"a":1.0}}\n', {}, '{"data":{"a":1.0}}'],
    ['and not with extensions', '{"data":{"a":1},"extensions":{}}', {}, null],
    ['and not with errors', '{"data":{"a":1},"errors":[{"message":"m"}]}', {}, null],
    ['and not where anything is before the data', ' {"data":{"a":1}}', {}, null],
    ['and not with another status', '{"data":{"a":1}}', { status: 500 }, null],
  ])('%s', async (_what, text, more, body) => {
    expect(await receive(text, more)).toMatchObject({ data: { a: 1 }, body });
  });
});

describe('an error is masked,', () => {
  it.each<[string, unknown, { code: string; path?: unknown }]>([
    [
      'with its code and place',
      { message: 'm', path: ['a', 0], extensions: { code: 'NOT_FOUND' } },
      { code: 'NOT_FOUND', path: ['a', 0] },
    ],
    [
      'with a code that is none of ours',
      { message: 'm', path: ['a'], extensions: { code: 'E' } },
      { code: 'INTERNAL', path: ['a'] },
    ],
    [
      'with a path that is none',
      { message: 'm', path: 'a', extensions: { code: 'NOT_FOUND' } },
      { code: 'NOT_FOUND' },
    ],
    ['with a path through an object', { message: 'm', path: [{}] }, { code: 'INTERNAL' }],
    ['that is nothing', null, { code: 'INTERNAL' }],
    ['that is a text', 'wrong', { code: 'INTERNAL' }],
  ])('%s', async (_what, error, { code, path }) => {
    const answer = await receive(JSON.stringify({ data: { a: null }, errors: [error] }));
    expect(answer).toMatchObject({ data: { a: null }, errors: [{ fault: { code }, path }] });
  });
});

it.each<[string, string, object, string]>([
  ['no JSON', '<html>', {}, 'INTERNAL'],
  ['no JSON, and unavailable', '<html>', { status: 503 }, 'UNAVAILABLE'],
  ['errors alone', '{"errors":[{"message":"m","extensions":{"code":"BAD_REQUEST"}}]}', {}, 'BAD_REQUEST'],
  ['data that is a text', '{"data":"x"}', {}, 'INTERNAL'],
  ['data that is a list', '{"data":[1]}', {}, 'INTERNAL'],
  ['data that is false', '{"data":false}', {}, 'INTERNAL'],
  ['errors that are none', '{"errors":"wrong"}', {}, 'INTERNAL'],
  ['fewer entities than were requested', '{"data":{"_entities":[]}}', { entities: 1 }, 'INTERNAL'],
])('%s is a fault of the whole', async (_what, text, more, code) => {
  const answer = await receive(text, more);
  expect(answer).toBeInstanceOf(Fault);
  expect(codeOf(answer)).toBe(code);
});

it('reads after a mutation have a time of their own', async () => {
  const given = context();
  const traffic = { execute: async () => ({ status: 200, text: '{"data":{}}', freshForMs: 0 }) };
  const source = new SubgraphSource('a', traffic, 100);
  await source.send(subgraphDocument('query { a }', undefined), {}, null, given);
  expect(given.followUpDeadline).toBeUndefined();
  const before = Date.now();
  await source.send(subgraphDocument('mutation { a }', undefined), {}, null, given);
  expect(given.followUpDeadline).toBeGreaterThanOrEqual(before + 100);
});

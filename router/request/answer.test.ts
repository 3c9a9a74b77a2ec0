import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { answer, type AnswerContext } from './answer.ts';
import { answerType } from './content-type.ts';

const context: AnswerContext = {
  requestId: 'request-1',
  contentType: 'application/json',
  accept: undefined,
  logger: createLogger('test', 'silent'),
};
const fault = (code: string, path?: (string | number)[]) =>
  new GraphQLError('A message.', { extensions: { code, serviceName: 'order' }, ...(path ? { path } : {}) });

it.each([
  ['data alone', { data: { a: 1 } }, 200],
  ['nothing found', { data: { a: null } }, 200],
  ['some data beside a fault', { data: { a: 1, b: null }, errors: [fault('TIMEOUT')] }, 200],
  ['a fault alone', { data: { a: null }, errors: [fault('TIMEOUT')] }, 504],
  ['a fault that leaves no data', { data: null, errors: [fault('UNAVAILABLE')] }, 503],
  [
    'several faults alone',
    { data: { a: null, b: null }, errors: [fault('FORBIDDEN'), fault('UNAVAILABLE')] },
    503,
  ],
  ['something that went wrong in here', { errors: [new GraphQLError('boom')] }, 500],
])('%s has its status', (_what, result, status) => {
  expect(answer(result, context).status).toBe(status);
});

it.each([
  ['nothing but nulls', { data: { a: null }, errors: [fault('TIMEOUT')] }, 200],
  ['no data', { data: null, errors: [fault('TIMEOUT')] }, 504],
  ['nothing that was executed', { errors: [fault('BAD_REQUEST')] }, 400],
])('in application/graphql-response+json, %s has its status', (_what, result, status) => {
  const contentType = answerType('application/graphql-response+json');
  expect(answer(result, { ...context, contentType }).status).toBe(status);
});

it.each([
  [['orders', '@', 'product', 'stock'], ['orders']],
  [
    ['order', '_entities'],
    ['order', '_entities'],
  ],
  [
    ['order', 'items', 1, 'product'],
    ['order', 'items', 1, 'product'],
  ],
])('the path %j is shown as %j', (inside, shown) => {
  const { body } = answer({ data: null, errors: [fault('TIMEOUT', inside)] }, context);
  expect((JSON.parse(String(body)) as { errors: object[] }).errors[0]).toEqual({
    message: 'A message.',
    path: shown,
    extensions: { code: 'TIMEOUT', requestId: 'request-1' },
  });
});

describe('the body of a subgraph', () => {
  const body = '{"data":{"a":1.0}}';

  it('is passed on as it came', () => {
    expect(answer({ data: { a: 1 }, body }, context)).toMatchObject({ status: 200, body });
  });

  it('is not where something is added to it', () => {
    const { body: written } = answer({ data: { a: 1 }, body }, context, { extensions: { cost: 2 } });
    expect(written).toBe('{"data":{"a":1},"extensions":{"cost":2}}');
  });
});

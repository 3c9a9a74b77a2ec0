import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity/identity.ts';
import { formatBatchLimits, parseBatchLimits } from './batch-limits.ts';
import { batchEntry, batchFrame, readBatchRequest } from './batch-request.ts';

const identity: Identity = { caller: null, requestId: 'request-1', remainingMs: 10 };
const bodyOf = (...entries: string[]) => {
  const [head, tail] = batchFrame(JSON.stringify('{ a }'), 'A');
  return `${head}${entries.join(',')}${tail}`;
};
const ENTRY = batchEntry(identity, '{"n":1}');

describe('the body of a batch', () => {
  it('is read as it was written', () => {
    expect(readBatchRequest(bodyOf(ENTRY, batchEntry(identity, '{}')), 2)).toMatchObject({
      document: '{ a }',
      operationName: 'A',
      operations: [
        { claims: { r: 'request-1', p: 10 }, traceparent: undefined, variables: { n: 1 } },
        { variables: {} },
      ],
    });
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a single operation', '{"query":"{ a }","variables":{}}'],
    ['without a document', `{"operations":[${ENTRY}]}`],
    ['a name that is no text', `{"document":"{ a }","operationName":1,"operations":[${ENTRY}]}`],
    ['without operations', '{"document":"{ a }"}'],
    ['more than were signed', bodyOf(ENTRY, ENTRY)],
    ['fewer than were signed', bodyOf()],
    ['an operation that is none', bodyOf('null')],
    ['a caller that is no text', bodyOf('{"r":"request-1","u":5,"v":{}}')],
    ['no request id', bodyOf('{"v":{}}')],
    ['a traceparent that is no text', bodyOf('{"r":"request-1","t":1,"v":{}}')],
  ])('is refused: %s', (_what, body) => {
    expect(readBatchRequest(body, 1)).toBeNull();
  });
});

describe('the limits of a process', () => {
  it('are read as they were written', () => {
    const limits = { operations: 64, bytes: 1_048_576 };
    expect(parseBatchLimits(formatBatchLimits(limits))).toEqual(limits);
  });

  it.each(['', '1/100', '0/0', '64', '64/', 'x/1', '64/1/1', '64/1 ', '-64/1'])('are none: %j', (header) => {
    expect(parseBatchLimits(header)).toBeNull();
  });
});

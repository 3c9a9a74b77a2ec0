import { createHash } from 'node:crypto';
import { answered, type BadRequest } from './bad-request.ts';

const QUERY = '{ serverTime }';
const HASH = createHash('sha256').update(QUERY).digest('hex');
const OTHER = '0'.repeat(64);
const persistedQuery = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

export const unknownOperations: Readonly<Record<string, readonly BadRequest[]>> = {
  'operations by their hash': answered('400 BAD_REQUEST', [
    {
      what: 'a hash that was never sent with its text',
      json: persistedQuery(OTHER),
      answer: '400 PERSISTED_QUERY_NOT_FOUND',
    },
    { what: 'an unknown id', json: { id: OTHER }, answer: '400 PERSISTED_QUERY_NOT_FOUND' },
    { what: 'the hash of another text', json: { query: QUERY, ...persistedQuery(OTHER) } },
    { what: 'another version of the protocol', json: { query: QUERY, ...persistedQuery(HASH, 2) } },
    { what: 'a hash that is none', json: persistedQuery('__proto__') },
    { what: 'a hash in a list', json: persistedQuery([HASH]) },
    { what: 'an id that is a number', json: { id: 1 } },
    {
      what: 'a hash, where they are off',
      to: 'strict',
      json: persistedQuery(HASH),
      answer: '400 PERSISTED_QUERY_NOT_SUPPORTED',
    },
    {
      what: 'text that is not in the manifest',
      to: 'manifest',
      query: '{ serverTime  }',
      answer: '400 UNKNOWN_OPERATION',
    },
    {
      what: 'an id that is not in the manifest',
      to: 'manifest',
      json: { id: OTHER },
      answer: '400 UNKNOWN_OPERATION',
    },
    {
      what: 'the name of a property of every object, where there is a manifest',
      to: 'manifest',
      json: { documentId: '__proto__' },
      answer: '400 UNKNOWN_OPERATION',
    },
    {
      what: 'text that is not in the manifest, with __typename added',
      to: 'manifest',
      query: '{ serverTime __typename }',
      answer: '400 UNKNOWN_OPERATION',
    },
    {
      what: 'text of the manifest with a field more',
      to: 'manifest',
      query: 'query ServerTime { serverTime __typename a: serverTime }',
      answer: '400 UNKNOWN_OPERATION',
    },
    { what: 'a documentId of another hash', json: { documentId: 'a'.repeat(40) } },
    { what: 'two documents', json: { documentId: `sha256:${HASH}`, id: OTHER } },
    {
      what: 'text with its hash, where there is a manifest',
      to: 'manifest',
      json: { query: QUERY, ...persistedQuery(HASH) },
      answer: '400 UNKNOWN_OPERATION',
    },
  ]),
};

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { documentHash, readDocumentId } from './document-hash.ts';
import { manifestOf, readManifest } from './manifest.ts';

const TIME = 'query Time { serverTime }';
const HASH = documentHash(TIME);
const MD5 = createHash('md5').update(TIME).digest('hex');
const SHA1 = createHash('sha1').update(TIME).digest('hex');
const apollo = (...operations: object[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

describe('a manifest', () => {
  it.each([
    ["of Apollo's tools", apollo({ id: HASH, name: 'Time', type: 'query', body: TIME }), HASH],
    ["of codegen's client preset", JSON.stringify({ [SHA1]: TIME }), SHA1],
    ["of Relay's compiler", JSON.stringify({ [MD5]: TIME }), MD5],
    ['with prefixes', JSON.stringify({ [`sha256:${HASH}`]: TIME }), HASH],
    ['with ids in upper case', JSON.stringify({ [`sha256:${HASH.toUpperCase()}`]: TIME }), HASH],
    ['with names of another tool', JSON.stringify({ 'web~1.2.3~time': TIME }), 'web~1.2.3~time'],
  ])('%s is known by its shape', (_whose, file, id) => {
    expect([...manifestOf([file])]).toEqual([[id, { body: TIME, name: 'Time' }]]);
  });

  it('may be in several files, of any shape', () => {
    const files = [apollo({ id: HASH, body: TIME }), JSON.stringify({ [MD5]: TIME, a: '{ serverTime }' })];
    expect([...manifestOf(files).keys()]).toEqual([HASH, MD5, 'a']);
    expect(manifestOf(files).get('a')).toEqual({ body: '{ serverTime }', name: null });
  });

  it.each([
    [
      'an id that is the hash of another text',
      JSON.stringify({ [HASH]: '{ serverTime }' }),
      "not its document's",
    ],
    ['a text that is not GraphQL', '{"a":"hunter2"}', 'not GraphQL'],
    ['texts in lists', '{"a":["{ serverTime }"]}', 'neither'],
    ['a list', '[]', 'neither'],
    ['another version', apollo().replace('1', '2'), 'neither'],
    ['an empty id', JSON.stringify({ '': TIME }), 'an id that is empty'],
    ['no JSON', '{', 'PERSISTED_OPERATIONS_FILE'],
  ])('with %s cannot be used', (_what, file, reason) => {
    expect(() => manifestOf([file])).toThrow(reason);
    expect(() => manifestOf([file])).not.toThrow('hunter2');
  });

  it.each([
    ['that is not JSON', '{'],
    ['that is no manifest', '[]'],
    ['with a wrong id', JSON.stringify({ [HASH]: '{ serverTime }' })],
    ['with a text that is not GraphQL', '{"a":"{"}'],
    ['with a text of an id of another file', '{"a":"{ time: serverTime }"}'],
    ['with an empty id', JSON.stringify({ '': TIME })],
  ])('%s among several files is named, and none of the others', (_what, bad) => {
    const files = ['{"a":"{ serverTime }"}', bad, JSON.stringify({ b: TIME })];
    const read = () => manifestOf(files, ['web.json', 'ios.json', 'android.json']);
    expect(read).toThrow(/^PERSISTED_OPERATIONS_FILE cannot be used, ios\.json: [^.]+\.$/);
  });

  it('that is not there among several files is named', async () => {
    const good = fileURLToPath(new URL('../../../schema/persisted-operations.json', import.meta.url));
    await expect(readManifest(good, '/nowhere/ios.json')).rejects.toThrow('/nowhere/ios.json');
    await expect(readManifest(good, '/nowhere/ios.json')).rejects.not.toThrow('persisted-operations.json');
  });

  it('may begin with a byte order mark', () => {
    expect([...manifestOf([`\uFEFF${JSON.stringify({ a: TIME })}`]).keys()]).toEqual(['a']);
  });

  it('with two documents of one id cannot be used, also where they are in two files', () => {
    expect(() => manifestOf(['{"a":"{ serverTime }"}', JSON.stringify({ a: TIME })])).toThrow('the same id');
  });
});

it.each([
  [HASH, HASH],
  [HASH.toUpperCase(), HASH],
  [`sha256:${HASH}`, HASH],
  [MD5, MD5],
  ['__proto__', '__proto__'],
  ['', null],
  ['a b', null],
  ['a\n', null],
  ['é', null],
  ['x'.repeat(257), null],
  [7, null],
  [[HASH], null],
  [null, null],
])('the id %j is read as %j', (given, id) => {
  expect(readDocumentId(given)).toBe(id);
});

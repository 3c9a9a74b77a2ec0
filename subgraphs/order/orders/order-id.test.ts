import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { CHECKOUT_HASH, deriveMovementId, deriveOrderId, hashRequest } from './order-id.ts';

const USER = '0198c0de-0000-7000-8000-000000000001';
const [TEA, CUP] = ['0198c0de-0000-7000-8000-00000000000a', '0198c0de-0000-7000-8000-00000000000b'];
const KEY = 'key-of-a-purchase-1';

it('is the same for orders that were stored before', () => {
  expect(deriveOrderId(USER, KEY)).toBe(expectedId(`${USER}\0${KEY}`));
  expect(deriveMovementId(USER, KEY)).toBe(expectedId(`restock\0${USER}\0${KEY}`));
  for (let n = 0; n < 100; n++)
    expect(deriveOrderId(USER, `${KEY}-${n}`)).toBe(expectedId(`${USER}\0${KEY}-${n}`));
  const text = `${TEA} 2\n${CUP} 1`;
  expect(
    hashRequest([
      { productId: CUP, quantity: 1 },
      { productId: TEA, quantity: 2 },
    ]),
  ).toEqual(createHash('sha256').update(text).digest().subarray(0, 16));
});

it('refuses parts that could run into each other', () => {
  expect(() => deriveOrderId(`${USER}\0key`, '-1')).toThrow('separator');
  expect(() => deriveOrderId(USER, `key\0-1`)).toThrow('separator');
  expect(() => hashRequest([{ productId: `${TEA} 2\n${CUP}`, quantity: 1 }])).toThrow('not a UUID');
});

it('is another one for each request', () => {
  const lines = (...given: [string, number][]) =>
    given.map(([productId, quantity]) => ({ productId, quantity }));
  const requests = [
    lines([TEA, 1]),
    lines([TEA, 2]),
    lines([TEA, 11]),
    lines([CUP, 1]),
    lines([TEA, 1], [CUP, 1]),
    lines([TEA, 1], [CUP, 2]),
    lines([TEA, 2], [CUP, 1]),
  ];
  const hashes = [CHECKOUT_HASH, ...requests.map(hashRequest)].map((hash) => hash.toString('hex'));
  expect(new Set(hashes).size).toBe(hashes.length);
});

function expectedId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

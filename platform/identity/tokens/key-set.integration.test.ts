import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { createLogger } from '../../logger.ts';
import { rsaKey, startIssuer, type TestIssuer } from './testing/issuer.ts';
import { createKeySet } from './key-set.ts';

const [first, second, third] = [rsaKey('first'), rsaKey('second'), rsaKey('third')];
const logger = createLogger('test', 'silent');
let issuer: TestIssuer;
let now = 0;

beforeEach(async () => {
  issuer = await startIssuer(first);
  now = 1_000_000;
});
afterEach(() => issuer.close());

const keySetOf = (onChange = () => {}) =>
  createKeySet({ url: issuer.jwksUrl, logger, onChange, now: () => now });

it('fetches when the first key is needed, once for all requests', async () => {
  const keys = keySetOf();
  expect(issuer.fetches()).toBe(0);
  const found = await Promise.all(Array.from({ length: 10 }, async () => keys.find('first')));
  expect(found.every((key) => key?.algorithms.has('RS256'))).toBe(true);
  expect(issuer.fetches()).toBe(1);
});

it('fetches for unknown keys, a handful at once and then one in three seconds', async () => {
  const keys = keySetOf();
  await keys.find('first');
  for (let n = 0; n < 50; n++) expect(await keys.find(`made-up-${n}`)).toBeUndefined();
  expect(issuer.fetches()).toBe(1 + 5);
  now += 3_001;
  await Promise.all(Array.from({ length: 50 }, async (_, n) => keys.find(`made-up-${n}`)));
  expect(issuer.fetches()).toBe(1 + 5 + 1);
});

it('finds a key that was rotated in at once after a few made-up ones, and within three seconds in a flood of them', async () => {
  const keys = keySetOf();
  await keys.find('first');
  for (let n = 0; n < 4; n++) await keys.find(`made-up-${n}`);
  issuer.publish([first, second]);
  expect(await keys.find('second')).toBeDefined();

  issuer.publish([first, second, third]);
  let waitedMs = 0;
  for (; !(await keys.find('third')); waitedMs += 100) {
    now += 100;
    await Promise.all(Array.from({ length: 20 }, async (_, n) => keys.find(`made-up-${waitedMs}-${n}`)));
  }
  expect(waitedMs).toBeLessThanOrEqual(3_100);
});

it('a flood of made-up keys costs the issuer no more while it publishes other keys at every request', async () => {
  const keys = keySetOf();
  await keys.find('first');
  for (let n = 0; n < 50; n++) {
    issuer.publish(n % 2 === 0 ? [first, second] : [first]);
    await keys.find(`made-up-${n}`);
  }
  expect(issuer.fetches()).toBe(1 + 5);
});

it('knows a key that has been published for a minute before anything was signed by it', async () => {
  const onChange = vi.fn();
  const keys = keySetOf(onChange);
  await keys.find('first');
  for (let n = 0; n < 50; n++) await keys.find(`made-up-${n}`);
  issuer.publish([first, second]);
  now += 60_001;
  await keys.find('first');
  await waitUntil('the keys to be fetched', () => onChange.mock.calls.length === 1);
  expect(keys.find('second')).toBeDefined();
});

it('finds a key that the issuer has added, and forgets one that it has withdrawn', async () => {
  const onChange = vi.fn();
  const keys = keySetOf(onChange);
  await keys.find('first');
  issuer.publish([second]);
  expect(await keys.find('second')).toBeDefined();
  expect(onChange).toHaveBeenCalledTimes(1);
  expect(await keys.find('first')).toBeUndefined();
});

it('looks for withdrawn keys now and then', async () => {
  const keys = keySetOf();
  await keys.find('first');
  issuer.publish([second]);
  now += 60_001;
  await keys.find('first');
  await waitUntil('the key to go', async () => (await keys.find('first')) === undefined);
});

it('knows that a key was withdrawn while nothing but remembered tokens came', async () => {
  const keys = keySetOf();
  const key = (await keys.find('first'))!;
  issuer.publish([second]);
  expect(keys.isCurrent('first', key)).toBe(true);
  now += 60_001;
  await waitUntil('the key to go', () => !keys.isCurrent('first', key));
});

it('a key stays current while the same keys are published', async () => {
  const keys = keySetOf();
  const key = (await keys.find('first'))!;
  now += 60_001;
  keys.isCurrent('first', key);
  await waitUntil('a fetch', () => issuer.fetches() === 2);
  await keys.find('unknown');
  expect(keys.isCurrent('first', key)).toBe(true);
});

it('does not use a key after a time without requests before it has fetched again', async () => {
  const keys = keySetOf();
  const key = (await keys.find('first'))!;
  issuer.publish([second]);
  now += 3_600_000;
  expect(keys.isCurrent('first', key)).toBe(false);
  expect(await keys.find('first')).toBeUndefined();
});

it('keeps its keys while the issuer is not there', async () => {
  const keys = keySetOf();
  await keys.find('first');
  await issuer.close();
  now += 60_001;
  expect(await keys.find('first')).toBeDefined();
  expect(await keys.find('unknown')).toBeUndefined();
  expect(await keys.find('first')).toBeDefined();
});

it('is not available before any keys were fetched, and tries again soon', async () => {
  await issuer.close();
  const keys = keySetOf();
  await expect(Promise.resolve(keys.find('first'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

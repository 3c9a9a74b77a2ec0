import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRouterConfig } from '../router/config.ts';
import { readOrderConfig } from '../subgraphs/order/config.ts';
import { readProductConfig } from '../subgraphs/product/config.ts';
import { readUserConfig } from '../subgraphs/user/config.ts';

const READERS: ((environment: NodeJS.ProcessEnv) => object)[] = [
  readRouterConfig,
  readUserConfig,
  readProductConfig,
  readOrderConfig,
];
const secret = 's'.repeat(43);
const SECRETS = {
  NODE_ENV: 'test',
  USER_IDENTITY_SECRET: secret,
  PRODUCT_IDENTITY_SECRET: secret,
  ORDER_IDENTITY_SECRET: secret,
  SIGNING_KEYS: secret,
  ENCRYPTION_KEYS: secret,
  LOOKUP_KEY: secret,
};

/** Added to the time of day and stored, or subtracted from it; no timer is set to them. */
const STORED = [
  'ACCESS_TOKEN_LIFETIME',
  'REFRESH_TOKEN_LIFETIME',
  'REFRESH_TOKEN_GRACE',
  'KNOWN_NETWORK_LIFETIME',
  'TOMBSTONE_RETENTION',
  'STOCK_MOVEMENT_RETENTION',
  'CHECKOUT_RETENTION',
  'PAYMENT_RECHECK_AFTER',
  'PAYMENT_TIMEOUT',
  'UNRESOLVED_PAYMENT_TIMEOUT',
  'SHIP_AFTER',
  'DELIVER_AFTER',
  'RETURN_WINDOW',
  'RETURN_AFTER',
];
const LONGEST = new Map([...STORED.map((name) => [name, '36500d'] as const), ['RESERVATION_TIMEOUT', '1h']]);

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const durations = [...example.matchAll(/^# ([A-Z_]+)=\d+(?:ms|s|m|h|d)\b/gm)].map(([, name]) => name!);

/** @returns the messages of the processes that have the setting, for a value */
function readBy(name: string, value: string): string[] {
  return READERS.flatMap((read) => {
    try {
      const settings = read({ ...SECRETS, [name]: value });
      return name in settings ? ['accepted'] : [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}

describe('a length of time', () => {
  it('is known by its example', () => {
    expect(durations).toEqual(expect.arrayContaining(['STORES_WAIT', 'SWEEP_EVERY', ...LONGEST.keys()]));
  });

  it.each(durations.map((name) => [name, LONGEST.get(name) ?? '24d'] as const))(
    '%s is at most %s, and more stops the start with a sentence',
    (name, longest) => {
      const tooLong = String(longest).replace(/^\d+/, (number) => String(Number(number) + 1));
      for (const value of [tooLong, '999999999d', `${'9'.repeat(400)}ms`]) {
        const answers = readBy(name, value);
        expect(answers.length).toBeGreaterThan(0);
        for (const answer of answers)
          expect(answer).toBe(`${name} is not acceptable: expected at most ${longest}.`);
      }
      for (const answer of readBy(name, longest)) expect(answer).not.toMatch(/at most/);
    },
  );

  it('that holds only where it is set is bounded, too', () => {
    expect(readBy('ORDER_RETENTION', '36501d')).toEqual([
      'ORDER_RETENTION is not acceptable: expected at most 36500d.',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { readOrderConfig } from '../config.ts';

const read = (settings: NodeJS.ProcessEnv) => () =>
  readOrderConfig({ NODE_ENV: 'test', MYSQL_URL: 'mysql://x/y', REDIS_URL: 'redis://x', ...settings });

const inBase64 = (bytes: number) => `whsec_${Buffer.alloc(bytes, 'k').toString('base64')}`;

describe('PAYMENT_WEBHOOK_SECRET', () => {
  it.each([
    'k'.repeat(32),
    inBase64(24),
    inBase64(25),
    inBase64(25).replace(/=+$/, ''),
    inBase64(64),
    `${'k'.repeat(32)}, ${inBase64(32)}`,
  ])('may be %s', (secret) => {
    expect(read({ PAYMENT_WEBHOOK_SECRET: secret })().PAYMENT_WEBHOOK_SECRET).toEqual(secret.split(', '));
  });

  it.each([
    ['no base64', `whsec_${'!'.repeat(40)}`],
    ['padding alone', `whsec_${'='.repeat(40)}`],
    ['empty', 'whsec_'],
    ['of 23 bytes', inBase64(23)],
    ['of 23 bytes, with what is no base64', `${inBase64(23)}!!!!!!!!`],
    ['padded in between', `${inBase64(25)}${inBase64(25).slice(6)}`],
    ['padded too far', `${inBase64(24)}=====`],
    ['of a length that no encoding has', `${inBase64(24)}k`],
    ['of bits that no byte has', `whsec_${'k'.repeat(34).slice(0, 33)}x`.slice(0, 39) + '/'],
    ['in base64url', `whsec_${'_-'.repeat(20)}`],
    ['short', 'k'.repeat(31)],
    ['two, and one of them short', `${'k'.repeat(32)},${inBase64(8)}`],
  ])('may not be %s', (_, secret) => {
    expect(read({ PAYMENT_WEBHOOK_SECRET: secret })).toThrow(
      /^PAYMENT_WEBHOOK_SECRET is not acceptable: expected secrets of at least 32 characters, or whsec_ and at least 24 bytes in base64/,
    );
  });
});

describe('PAYMENT_PROVIDER_KEY', () => {
  it('may be what a header can hold', () => {
    expect(read({ PAYMENT_PROVIDER_KEY: 'sk_live_0123456789+/=~' })).not.toThrow();
  });

  it.each([
    'sk_live_01234\n56789',
    'sk_live_01234\r56789',
    'sk_live_0123456789é',
    'sk_live_012 3456789',
    'sk\t0123456789abcdef',
    'short',
  ])('may not be %j', (key) => {
    expect(read({ PAYMENT_PROVIDER_KEY: key })).toThrow(
      'PAYMENT_PROVIDER_KEY is not acceptable: expected at least 16 characters of ASCII, without spaces and line breaks.',
    );
  });
});

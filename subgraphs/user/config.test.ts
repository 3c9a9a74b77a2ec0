import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../platform/config/environment.ts';
import { ATTEMPT_NUMBERS } from './attempt-limits/attempt-numbers.ts';
import { readUserConfig } from './config.ts';

const [i, s, e, l] = ['i', 's', 'e', 'l'].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
  string,
];
const secrets = { USER_IDENTITY_SECRET: i, SIGNING_KEYS: s, ENCRYPTION_KEYS: e, LOOKUP_KEY: l };

describe('the settings of the user subgraph', () => {
  test('have presets for everything but secrets', () => {
    expect(readUserConfig(secrets)).toMatchObject({
      USER_PORT: 4001,
      JWT_ISSUER: 'firstcome',
      JWT_AUDIENCE: 'firstcome',
      ACCESS_TOKEN_LIFETIME: 15 * 60_000,
      REFRESH_TOKEN_LIFETIME: 30 * 86_400_000,
      RATE_LIMITS: true,
      ATTEMPT_LIMITS: ATTEMPT_NUMBERS,
      KNOWN_NETWORKS: 8,
      KNOWN_NETWORK_LIFETIME: 30 * 86_400_000,
      PASSWORD_CONCURRENCY: 8,
      PASSWORD_QUEUE: 512,
      administrator: null,
      secrets: { identitySecret: i, signingKeys: s, encryptionKeys: e, lookupKey: l },
    });
  });

  test('take the limits of attempts by action, and keep the others', () => {
    const { ATTEMPT_LIMITS } = readUserConfig({
      ...secrets,
      ATTEMPT_LIMITS: 'sign-in 5/off/1000, sign-up off/off/off',
    });
    expect(ATTEMPT_LIMITS).toEqual({
      ...ATTEMPT_NUMBERS,
      'sign-in': { perAccountAndNetwork: 5, perAccount: null, perNetwork: 1_000 },
      'sign-up': { perAccountAndNetwork: null, perAccount: null, perNetwork: null },
    });
  });

  test.each(Object.keys(secrets))('in production %s must be given', (name) => {
    const given = { ...secrets, NODE_ENV: 'production', [name]: '' };
    expect(() => readUserConfig(given)).toThrow(`${name} must be set in production.`);
  });

  test.each([{ ADMIN_EMAIL: 'root@example.com' }, { ADMIN_PASSWORD: 'long enough' }])(
    'half an administrator stops the start: %o',
    (half) => {
      expect(() => readUserConfig({ ...secrets, ...half })).toThrow(
        'ADMIN_EMAIL and ADMIN_PASSWORD must be set together',
      );
    },
  );

  test.each([
    ['ADMIN_EMAIL', 'root'],
    ['ADMIN_PASSWORD', 'short'],
    ['SMTP_URL', 'http://mail.example'],
    ['RATE_LIMITS', 'maybe'],
    ['ATTEMPT_LIMITS', 'sign-in 10/100'],
    ['ATTEMPT_LIMITS', 'sign-in 0/100/100'],
    ['ATTEMPT_LIMITS', 'sing-in 10/100/100'],
    ['KNOWN_NETWORKS', '0'],
    ['KNOWN_NETWORK_LIFETIME', '30'],
    ['PASSWORD_CONCURRENCY', '0'],
    ['PASSWORD_QUEUE', '-1'],
    ['ACCESS_TOKEN_LIFETIME', '15'],
  ])('%s=%s is refused by name', (name, value) => {
    const read = () => readUserConfig({ ...secrets, [name]: value });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(`${name} is not acceptable`);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knownSettings } from '../platform/config/environment.ts';
import { misspeltSettings } from '../platform/config/misspelt-settings.ts';
import { readRouterConfig } from '../router/config.ts';
import { readOrderConfig } from '../subgraphs/order/config.ts';
import { readProductConfig } from '../subgraphs/product/config.ts';
import { readUserConfig } from '../subgraphs/user/config.ts';
import { ENCRYPTION_KEYS, IDENTITY_SECRETS } from './harness/subgraph-call.ts';

/** What every process makes of its settings, without starting it. */
const PROCESSES = {
  user: readUserConfig,
  product: readProductConfig,
  order: readOrderConfig,
  router: readRouterConfig,
};

type ProcessName = keyof typeof PROCESSES;

const SECRETS = {
  ...IDENTITY_SECRETS,
  ENCRYPTION_KEYS,
  SIGNING_KEYS: 's'.repeat(43),
  LOOKUP_KEY: 'l'.repeat(43),
};

/** What production must choose besides its secrets. */
const CHOICES = {
  MYSQL_URL: 'mysql://shop:password@mysql.example/shop',
  REDIS_URL: 'redis://shop:password@redis.example',
  PAYMENT_PROVIDER: 'simulator',
  FULFILMENT: 'simulator',
  MAIL_TRANSPORT: 'files',
};

const SUBGRAPHS: readonly ProcessName[] = ['user', 'product', 'order'];

/** Switches on which security depends, by the processes that read them. */
const SWITCHES: readonly [name: string, expected: string, readers: readonly ProcessName[]][] = [
  ['METRICS', 'on or off', [...SUBGRAPHS, 'router']],
  ['RATE_LIMITS', 'on or off', ['user', 'router']],
  ['PLAYGROUND', 'on or off', ['router']],
  ['SALE_PAGE', 'on or off', ['router']],
  ['INTROSPECTION', 'on or off', ['router']],
  ['SUGGESTIONS', 'on or off', ['router']],
  ['EXPLAIN_COST', 'on or off', ['router']],
  ['AUTOMATIC_PERSISTED_QUERIES', 'on or off', ['router']],
  ['PERSISTED_OPERATIONS', 'off, log or only', ['router']],
  ['IDENTITY_PER_INSTANCE', 'on or off', SUBGRAPHS],
  ['SUBGRAPH_AUTH', 'signed or jwt', SUBGRAPHS],
];

const ODD = [
  'ON',
  'Off',
  'yes',
  'no',
  'true',
  'false',
  '1',
  '0',
  'on;',
  'offf',
  'on off',
  'SIGNED',
  'JWT',
  'none',
  'Only',
];

describe.each(SWITCHES)('%s', (name, expected, readers) => {
  it.each(ODD)('%j stops the start of each process that reads it, with a sentence', (value) => {
    for (const reader of readers)
      expect(() => PROCESSES[reader]({ ...SECRETS, [name]: value }), reader).toThrow(
        `${name} is not acceptable: expected ${expected}.`,
      );
  });

  it('is read without spaces and quotes around it', () => {
    const word = expected.split(/ or |, /)[1]!;
    for (const reader of readers) {
      const read = (value: string) =>
        (PROCESSES[reader]({ ...SECRETS, [name]: value }) as Readonly<Record<string, unknown>>)[name];
      for (const value of [`${word} `, `${word}\r`, `"${word}"`])
        expect(read(value), reader).toBe(read(word));
    }
  });
});

describe.each(Object.keys(PROCESSES) as ProcessName[])('the %s process', (name) => {
  const read = (environment: NodeJS.ProcessEnv) => () => PROCESSES[name](environment);

  it.each(['production', 'production ', 'production\r', '\uFEFFproduction', '"production"', "'production' "])(
    'needs its secrets with NODE_ENV=%j',
    (NODE_ENV) => {
      expect(read({ ...CHOICES, NODE_ENV })).toThrow(/^[A-Z_]+ must be set in production\.$/);
      expect(read({ ...CHOICES, ...SECRETS, NODE_ENV })()).toMatchObject({ NODE_ENV: 'production' });
    },
  );

  it.each(['PRODUCTION', 'Production', 'prod', 'staging', 'live', 'production!'])(
    'does not start with NODE_ENV=%s',
    (NODE_ENV) => {
      expect(read({ ...SECRETS, NODE_ENV })).toThrow(/^NODE_ENV is not acceptable/);
    },
  );

  it('takes no setting of another process for a misspelt one of its own', () => {
    knownSettings.clear();
    read(SECRETS)();
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const all = [...example.matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, setting]) => setting!);
    expect(all.length).toBeGreaterThan(40);
    expect(misspeltSettings(Object.fromEntries(all.map((setting) => [setting, 'x'])))).toEqual([]);
  });
});

it('a router shows nothing of its schema in production, however that is spelt', () => {
  for (const NODE_ENV of ['production', 'production ', 'production\r', '"production"'])
    expect(readRouterConfig({ ...CHOICES, ...SECRETS, NODE_ENV })).toMatchObject({
      PLAYGROUND: false,
      SALE_PAGE: false,
      INTROSPECTION: false,
      SUGGESTIONS: false,
      EXPLAIN_COST: false,
      CORS_ORIGINS: 'none',
    });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, knownSettings } from '../platform/config/environment.ts';
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

/** Any text may be a value of these. Files, and keys that are none, are found out by the start itself, which has tests of its own. */
const FREE_TEXT = [
  'ADMIN_PASSWORD',
  'DATA_DIR',
  'ENCRYPTION_KEYS',
  'JWT_AUDIENCE',
  'JWT_CLIENTS',
  'JWT_ISSUER',
  'JWT_SCOPE_CLAIMS',
  'LOOKUP_KEY',
  'MAIL_FROM',
  'ORDER_IDENTITY_SECRET',
  'PERSISTED_OPERATIONS_FILE',
  'PRODUCT_IDENTITY_SECRET',
  'REDIS_PREFIX',
  'SIGNING_KEYS',
  'SUPERGRAPH_FILE',
  'USER_IDENTITY_SECRET',
];

/** One of the two alone is refused. */
const ADMINISTRATOR = { ADMIN_EMAIL: 'admin@shop.example', ADMIN_PASSWORD: 'long enough' };

/** No number, length of time, URL, origin, rate, name or word of a list, and long enough for a secret. */
const UNREADABLE = '?! no value of any setting, in more than 32 characters !?';

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

it('every setting that is no free text stops the start of each process that reads it, with one sentence', () => {
  const sentences: string[] = [];
  const taken = new Set<string>();
  for (const [process, read] of Object.entries(PROCESSES)) {
    knownSettings.clear();
    read(SECRETS);
    for (const name of settingsOfExample().filter((one) => knownSettings.has(one))) {
      const sentence = sentenceOf(() => read({ ...SECRETS, ...ADMINISTRATOR, [name]: UNREADABLE }));
      if (sentence === null) taken.add(name);
      else if (!new RegExp(`^${name} is not acceptable: .+\\.$`).test(sentence))
        sentences.push(`${process}, ${name}: ${sentence}`);
    }
  }
  expect(sentences).toEqual([]);
  expect([...taken].sort()).toEqual(FREE_TEXT);
});

const settingsOfExample = (): string[] => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  return [...example.matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, setting]) => setting!);
};

/** @returns what stops the start; null: nothing does */
function sentenceOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
}

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

  it.each([
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['METRIC', 'METRICS'],
    ['MYSQL_URLS', 'MYSQL_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['JWT_ISSUER_', 'JWT_ISSUER'],
    ['RATE_LIMIT', 'RATE_LIMITS'],
    ['OPERATION_MAX_DEPHT', 'OPERATION_MAX_DEPTH'],
    ['TRUSTED-PROXIES', 'TRUSTED_PROXIES'],
    ['PAYMENT_WEBHOOK_SECRETS', 'PAYMENT_WEBHOOK_SECRET'],
    ['Product_Cache_Ttl', 'PRODUCT_CACHE_TTL'],
    ['ADMIN_PASSWORD_FIEL', 'ADMIN_PASSWORD_FILE'],
  ])('does not start in production with %s in the place of %s, where it reads that', (given, setting) => {
    const production = { ...CHOICES, ...SECRETS, NODE_ENV: 'production' };
    knownSettings.clear();
    read(production)();
    const isRead = knownSettings.has(setting);
    const isSet = setting in production;
    const sentence = sentenceOf(read({ ...production, [given]: 'x' }));
    if (!isRead || isSet) expect(sentence).toBeNull();
    else
      expect(sentence).toBe(`${given} is not a setting. Expected ${setting}: correct the name, or set both.`);
    expect(sentenceOf(read({ ...production, [given]: ' ' }))).toBeNull();
    expect(sentenceOf(read({ ...SECRETS, [given]: 'x' }))).toBeNull();
  });

  it.each(['NODE_EVN', 'NODE-ENV', 'node_env', 'NODE_ENVS'])(
    'does not start with %s in the place of NODE_ENV, whatever that means',
    (given) => {
      expect(sentenceOf(read({ ...SECRETS, [given]: 'production' }))).toBe(
        `${given} is not a setting. Expected NODE_ENV: correct the name, or set both.`,
      );
      expect(sentenceOf(read({ ...SECRETS, NODE_ENV: 'test', [given]: 'production' }))).toBeNull();
    },
  );

  it('starts in production with settings of the other processes, and with what Kubernetes adds for its services', () => {
    const production = { ...CHOICES, ...SECRETS, NODE_ENV: 'production' };
    const ofKubernetes = {
      USER_SERVICE_HOST: '10.0.0.1',
      USER_SERVICE_PORT: '4001',
      USER_PORT_4001_TCP: 'tcp://10.0.0.1:4001',
      USER_PORT_4001_TCP_ADDR: '10.0.0.1',
      REDIS_PORT: 'tcp://10.0.0.2:6379',
      REDIS_SERVICE_HOST: '10.0.0.2',
      MYSQL_PORT: 'tcp://10.0.0.3:3306',
    };
    const others = Object.fromEntries(
      settingsOfExample()
        .filter((one) => !knownSettings.has(one))
        .map((one) => [one, 'x']),
    );
    expect(sentenceOf(read({ ...others, ...ofKubernetes, ...production }))).toBeNull();
  });

  it('takes no setting of another process for a misspelt one of its own', () => {
    knownSettings.clear();
    read(SECRETS)();
    const all = settingsOfExample();
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

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeMysqlAccounts, composeRedis, STORE_PASSWORDS } from './stores/accounts/compose-configs.ts';

interface Compose {
  readonly services: Record<
    string,
    { readonly environment?: Record<string, unknown>; readonly ports?: unknown; readonly profiles?: unknown }
  >;
  readonly configs: Record<string, { readonly content: string }>;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { services, configs } = parse(read('docker-compose.yml'), { merge: true }) as Compose;

/** Of the image, of `npm start`, or of tests alone. */
const NOT_PASSED_ON = new Set([
  'NODE_ENV',
  'HOST',
  'DATA_DIR',
  'SUPERGRAPH_FILE',
  'MYSQL_SERVER',
  'REDIS_SERVER',
  'STORES',
]);

const SECRETS = [
  'USER_IDENTITY_SECRET',
  'PRODUCT_IDENTITY_SECRET',
  'ORDER_IDENTITY_SECRET',
  'SIGNING_KEYS',
  'ENCRYPTION_KEYS',
  'LOOKUP_KEY',
];
/** A caller holds the secret of each subgraph that it calls; a subgraph holds its own. */
const IDENTITY_SECRETS = SECRETS.slice(0, 3);

/** Variables that a service's environment is made of, whatever its own names are. */
const variablesOf = (name: string): string[] =>
  [...JSON.stringify(services[name]!.environment).matchAll(/\$\{(\w+)/g)].map(([, variable]) => variable!);

it('the containers get every setting of .env.example', () => {
  const settings = [...read('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);
  const passedOn = new Set([
    ...Object.values(services).flatMap(({ environment }) => Object.keys(environment ?? {})),
    // What a URL or an account is made of.
    ...[...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!),
  ]);
  expect(settings.length).toBeGreaterThan(40);
  expect(settings.filter((name) => !passedOn.has(name) && !NOT_PASSED_ON.has(name))).toEqual([]);
});

it('only the router can be reached from outside, and what shows its metrics from this machine', () => {
  const published = Object.keys(services).filter((name) => services[name]!.ports);
  expect(published).toEqual(['router', 'grafana']);
  expect(services['grafana']).toMatchObject({ profiles: ['observability'] });
  for (const ports of services['grafana']!.ports as string[]) expect(ports).toMatch(/^127\.0\.0\.1:/);
});

it('a service gets no secret but those that it reads', () => {
  const secretsOf = (name: string) => SECRETS.filter((secret) => secret in services[name]!.environment!);
  expect(secretsOf('router')).toEqual(IDENTITY_SECRETS);
  expect(secretsOf('product')).toEqual(['PRODUCT_IDENTITY_SECRET']);
  expect(secretsOf('order')).toEqual([...IDENTITY_SECRETS, 'ENCRYPTION_KEYS']);
  expect(secretsOf('user')).toEqual([
    'USER_IDENTITY_SECRET',
    'SIGNING_KEYS',
    'ENCRYPTION_KEYS',
    'LOOKUP_KEY',
  ]);
});

it('the stores have the accounts and rights that scripts/stores/accounts/ says', () => {
  expect(configs['mysql-accounts']!.content).toBe(composeMysqlAccounts());
  expect(configs['redis']!.content).toBe(composeRedis());
});

it('a service gets no password of a store but its own', () => {
  const passwordsOf = (name: string) =>
    variablesOf(name)
      .filter((variable) => [...STORE_PASSWORDS, 'MYSQL_PASSWORD'].includes(variable))
      .sort();
  expect(passwordsOf('router')).toEqual(['ROUTER_REDIS_PASSWORD']);
  for (const name of ['user', 'product', 'order'])
    expect(passwordsOf(name)).toEqual([
      `${name.toUpperCase()}_MYSQL_PASSWORD`,
      `${name.toUpperCase()}_REDIS_PASSWORD`,
    ]);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

interface Compose {
  readonly services: Record<
    string,
    { readonly environment?: Record<string, unknown>; readonly ports?: unknown; readonly profiles?: unknown }
  >;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as Compose;

/** Of the image, of `npm start`, or of tests alone. */
const NOT_PASSED_ON = new Set([
  'NODE_ENV',
  'HOST',
  'DATA_DIR',
  'SUPERGRAPH_FILE',
  'MYSQL_SERVER',
  'REDIS_SERVER',
]);

const SECRETS = [
  'USER_IDENTITY_SECRET',
  'PRODUCT_IDENTITY_SECRET',
  'ORDER_IDENTITY_SECRET',
  'SIGNING_KEYS',
  'ENCRYPTION_KEYS',
  'LOOKUP_KEY',
  'MYSQL_PASSWORD',
];
/** A caller holds the secret of each subgraph that it calls; a subgraph holds its own. */
const IDENTITY_SECRETS = SECRETS.slice(0, 3);

it('the containers get every setting of .env.example', () => {
  const settings = [...read('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);
  const passedOn = new Set(
    Object.values(services).flatMap(({ environment }) => Object.keys(environment ?? {})),
  );
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

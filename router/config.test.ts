import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { readRouterConfig } from './config.ts';

const SECRETS = {
  USER_IDENTITY_SECRET: 'u'.repeat(43),
  PRODUCT_IDENTITY_SECRET: 'p'.repeat(43),
  ORDER_IDENTITY_SECRET: 'o'.repeat(43),
};

const read = (environment: Record<string, string>) => readRouterConfig({ ...SECRETS, ...environment });

it('shows the schema to every client outside production only', () => {
  const switches = ({ PLAYGROUND, INTROSPECTION, SUGGESTIONS, CORS_ORIGINS }: ReturnType<typeof read>) => ({
    PLAYGROUND,
    INTROSPECTION,
    SUGGESTIONS,
    CORS_ORIGINS,
  });
  expect(switches(read({}))).toEqual({
    PLAYGROUND: true,
    INTROSPECTION: true,
    SUGGESTIONS: true,
    CORS_ORIGINS: 'local',
  });
  const production = { NODE_ENV: 'production', REDIS_URL: 'redis://router:password@redis:6379' };
  expect(switches(read(production))).toEqual({
    PLAYGROUND: false,
    INTROSPECTION: false,
    SUGGESTIONS: false,
    CORS_ORIGINS: 'none',
  });
  expect(read({ ...production, PLAYGROUND: 'on' }).PLAYGROUND).toBe(true);
});

it.each([
  ['1', 1],
  ['3', 3],
  ['auto', availableParallelism()],
])('runs as many processes as INSTANCES=%s says', (text, count) => {
  expect(read({ INSTANCES: text }).INSTANCES).toBe(count);
});

it.each(['0', '-1', '1.5', '65', 'many', 'AUTO '])('refuses INSTANCES=%s', (text) => {
  expect(() => read({ INSTANCES: text })).toThrow(/^INSTANCES is not acceptable: expected auto or a whole/);
});

it('takes several instances of a subgraph', () => {
  expect(read({ ORDER_URL: 'http://a:1/graphql, http://b:2/graphql' }).ORDER_URL).toEqual([
    'http://a:1/graphql',
    'http://b:2/graphql',
  ]);
});

it.each([
  ['JWKS_URL', 'somewhere'],
  ['ORDER_URL', 'order:4003'],
  ['SUBGRAPH_TIMEOUT', '10'],
  ['OPERATION_MAX_DEPTH', '0'],
  ['PLAYGROUND', 'yes'],
])('refuses %s=%s with a sentence that names it', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(name);
});

it('must be given the secret in production', () => {
  expect(() => readRouterConfig({ NODE_ENV: 'production' })).toThrow('IDENTITY_SECRET');
});

import { describe, expect, it } from 'vitest';
import { corsHeaders } from './cors.ts';
import { allowedOrigins, origins } from './origins.ts';

const SHOP = 'https://shop.example';
const preflight = (names: string | undefined, origin = SHOP) =>
  corsHeaders(
    {
      method: 'OPTIONS',
      headers: { origin, ...(names === undefined ? {} : { 'access-control-request-headers': names }) },
    },
    allowedOrigins(SHOP),
  );

describe('the headers that a page may send', () => {
  it.each([
    'apollographql-client-name,apollographql-client-version,content-type',
    'baggage,sentry-trace',
    'x-datadog-trace-id,x-datadog-parent-id,x-datadog-origin,x-datadog-sampling-priority',
    'authorization, idempotency-key, x-requested-with',
  ])('are those that it names: %s', (names) => {
    expect(preflight(names)['access-control-allow-headers']).toBe(names);
  });

  it.each([undefined, '', 'a\u00e9', 'x y', 'a,,b', 'a: b', 'x,'.repeat(2_000) + 'x'])(
    'are the usual ones where it names none, or what is no header: %#',
    (names) => {
      expect(preflight(names)['access-control-allow-headers']).toBe('authorization, content-type');
    },
  );

  it('are none for a page that may not call', () => {
    expect(preflight('authorization', 'https://evil.example')).toEqual({
      vary: 'origin, access-control-request-headers',
    });
  });
});

it('an answer varies by the origin, whether or not one was sent', () => {
  const answer = (headers: Record<string, string>) =>
    corsHeaders({ method: 'GET', headers }, allowedOrigins(SHOP));
  expect(answer({})).toEqual({ vary: 'origin' });
  expect(answer({ origin: SHOP })).toMatchObject({ vary: 'origin', 'access-control-allow-origin': SHOP });
});

describe('the origins of the setting', () => {
  it.each([
    [SHOP, SHOP],
    ['https://Shop.Example/', SHOP],
    ['https://shop.example:443', SHOP],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
    ['local', 'http://127.0.0.1:8080'],
    ['local', 'https://localhost'],
    ['local', 'https://localhost:5173'],
    ['local', 'http://shop.localhost:3000'],
    ['local', 'https://a.b-c.localhost'],
    ['local', 'https://[::1]:8443'],
    ['*', 'https://any.example'],
    [`none, ${SHOP}`, SHOP],
  ])('%s lets a page of %s call', (setting, origin) => {
    expect(origins('none').parse(setting)).toBe(setting);
    expect(allowedOrigins(setting)(origin)).toBe(true);
    expect(allowedOrigins(setting)('https://evil.example')).toBe(setting === '*');
  });

  it.each([
    'https://localhost.evil.example',
    'https://evillocalhost',
    'https://evil.example/.localhost',
    'https://user@localhost',
    'https://.localhost',
    'https://a..localhost',
    'http://127.0.0.1.evil.example',
    'http://192.168.0.2',
    'capacitor://localhost',
  ])('local does not let a page of %s call', (origin) => {
    expect(allowedOrigins('local')(origin)).toBe(false);
  });

  it.each([
    'localhost:5173',
    'shop.example',
    '//shop.example',
    'https://',
    'https://shop.example/path',
    'https://user@shop.example',
    'https://*.shop.example',
    'https://shop.example:99999',
    `${SHOP} http://localhost:5173`,
    `${SHOP}, localhost`,
  ])('%s stops the start with a sentence', (setting) => {
    expect(origins('none').safeParse(setting).error?.issues[0]?.message).toContain('with their scheme');
  });

  it.each(['none', ''])('%j lets no page call', (setting) => {
    expect(origins('none').safeParse(setting).success).toBe(true);
    expect(allowedOrigins(setting)(SHOP)).toBe(false);
  });
});

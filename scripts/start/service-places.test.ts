import { describe, expect, it } from 'vitest';
import { isElsewhere, placesOf, reachableHost, SUBGRAPHS } from './service-places.ts';

const ports = { PORT: 4000, USER_PORT: 4001, PRODUCT_PORT: 4002, ORDER_PORT: 4003 };
const urls = { user: undefined, product: undefined, order: undefined, jwks: undefined };

describe('where the services are', () => {
  it('is here, when nothing was set', () => {
    expect(placesOf({ host: undefined, ports, urls })).toEqual({
      USER_URL: 'http://127.0.0.1:4001/graphql',
      PRODUCT_URL: 'http://127.0.0.1:4002/graphql',
      ORDER_URL: 'http://127.0.0.1:4003/graphql',
      JWKS_URL: 'http://127.0.0.1:4001/.well-known/jwks.json',
    });
  });

  it.each([
    ['user', 'USER_URL'],
    ['product', 'PRODUCT_URL'],
    ['order', 'ORDER_URL'],
    ['jwks', 'JWKS_URL'],
  ] as const)('of %s is what was set as %s', (name, setting) => {
    const given = { ...urls, [name]: 'https://elsewhere.example/path' };
    expect(placesOf({ host: undefined, ports, urls: given })[setting]).toBe('https://elsewhere.example/path');
  });

  it('keys of tokens are at the user subgraph that was set', () => {
    const given = { ...urls, user: 'https://user.example/graphql, https://second.example/graphql' };
    expect(placesOf({ host: undefined, ports, urls: given })['JWKS_URL']).toBe(
      'https://user.example/.well-known/jwks.json',
    );
  });

  it.each([
    [undefined, '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', '[::1]'],
    ['192.0.2.7', '192.0.2.7'],
  ])('with HOST %s is reached at %s', (host, reached) => {
    expect(reachableHost(host)).toBe(reached);
    expect(placesOf({ host, ports, urls })['USER_URL']).toBe(`http://${reached}:4001/graphql`);
  });
});

describe('a subgraph', () => {
  it.each([
    [undefined, false],
    ['http://127.0.0.1:4002/graphql', false],
    ['http://localhost:4002/graphql', false],
    ['http://[::1]:4002/graphql', false],
    ['http://product.example/graphql, http://127.0.0.1:4002/graphql', false],
    ['http://127.0.0.1:5002/graphql', true],
    ['http://product.example:4002/graphql', true],
    ['no URL', true],
  ])('at %s is elsewhere: %s', (product, elsewhere) => {
    expect(isElsewhere('product', { host: undefined, ports, urls: { ...urls, product } })).toBe(elsewhere);
  });

  it('is here when nothing was set', () => {
    for (const subgraph of SUBGRAPHS)
      expect(isElsewhere(subgraph, { host: undefined, ports, urls })).toBe(false);
  });
});

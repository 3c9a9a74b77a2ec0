import { describe, expect, it } from 'vitest';
import { isElsewhere, placesOf, reachableHost, SUBGRAPHS } from './service-places.ts';

const ports = { PORT: 4000, USER_PORT: 4001, PRODUCT_PORT: 4002, ORDER_PORT: 4003 };
const urls = { user: undefined, product: undefined, order: undefined, jwks: undefined };

describe('where the services are', () => {
  it('is here, when nothing was set', () => {
    expect(placesOf({ host: undefined, ports, urls, moreOrderPorts: [] })).toEqual({
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
    expect(placesOf({ host: undefined, ports, urls: given, moreOrderPorts: [] })[setting]).toBe(
      'https://elsewhere.example/path',
    );
  });

  it('is at several ports for further processes of order, unless it was set', () => {
    const moreOrderPorts = [5001, 5002];
    expect(placesOf({ host: undefined, ports, urls, moreOrderPorts })['ORDER_URL']).toBe(
      'http://127.0.0.1:4003/graphql,http://127.0.0.1:5001/graphql,http://127.0.0.1:5002/graphql',
    );
    const given = { ...urls, order: 'http://127.0.0.1:4003/graphql' };
    expect(placesOf({ host: undefined, ports, urls: given, moreOrderPorts })['ORDER_URL']).toBe(given.order);
  });

  it('keys of tokens are at the user subgraph that was set', () => {
    const given = { ...urls, user: 'https://user.example/graphql, https://second.example/graphql' };
    expect(placesOf({ host: undefined, ports, urls: given, moreOrderPorts: [] })['JWKS_URL']).toBe(
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
    expect(placesOf({ host, ports, urls, moreOrderPorts: [] })['USER_URL']).toBe(
      `http://${reached}:4001/graphql`,
    );
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

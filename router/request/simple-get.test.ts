import { describe, expect, it } from 'vitest';
import { allowedOrigins } from './origins.ts';
import { assertMayGet } from './simple-get.ts';

const allowed = allowedOrigins('https://shop.example');
const SHOP = { origin: 'https://shop.example' };
const EVIL = { origin: 'https://evil.example' };
const IMAGE = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' };
const get = (headers: Record<string, string>) => () => assertMayGet({ headers }, allowed);

describe('a GET of a query', () => {
  it.each<[what: string, headers: Record<string, string>]>([
    ['nothing but its URL, as curl sends it', {}],
    ['the marks of fetch in Node', { accept: '*/*', 'sec-fetch-mode': 'cors' }],
    ['the content type of JSON, as Apollo Client sends it', { 'content-type': 'application/json' }],
    [
      'that type, from a page that may not call',
      { 'content-type': 'application/json; charset=utf-8', ...EVIL },
    ],
    ['the origin of a page that may call, as urql sends it', SHOP],
    ['a page of its own origin', { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }],
    ['the address bar', { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' }],
    ['a header that forces a preflight', { 'apollo-require-preflight': '1', ...EVIL }],
    ['the header of another client', { 'graphql-require-preflight': '1', ...IMAGE }],
    ['the name of an operation', { 'x-apollo-operation-name': 'P', ...EVIL }],
    ['the name of a client', { 'apollographql-client-name': 'web', ...EVIL }],
    ['a token', { authorization: 'Bearer x', ...EVIL }],
  ])('is read with %s', (_what, headers) => {
    expect(get(headers)).not.toThrow();
  });

  it.each<[what: string, headers: Record<string, string>]>([
    ['a page that may not call', EVIL],
    ['a page without an origin', { origin: 'null' }],
    ['a form of such a page', { 'content-type': 'text/plain;charset=UTF-8', ...EVIL }],
    ['another form of such a page', { 'content-type': 'application/x-www-form-urlencoded', ...EVIL }],
    ['an upload of such a page', { 'content-type': 'multipart/form-data; boundary=b', ...EVIL }],
    ['such a page, with an empty header', { 'apollo-require-preflight': '', ...EVIL }],
    [
      'such a page, with a header that proxies add',
      { 'x-request-id': 'of-a-proxy', 'x-forwarded-for': '::1', ...EVIL },
    ],
    ['an image of another site', IMAGE],
    ['a script of another host of the site', { ...IMAGE, 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s', (_what, headers) => {
    expect(get(headers)).toThrow('forces a preflight');
  });
});

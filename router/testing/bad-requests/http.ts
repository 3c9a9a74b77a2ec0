import { gzipSync } from 'node:zlib';
import type { BadRequest } from './bad-request.ts';
import { requestBytes } from '../raw-http.ts';

const GOOD = '{"query":"{ serverTime }"}';
const PREFLIGHTED = { 'apollo-require-preflight': '1' };
const head = (...lines: string[]) =>
  ['POST /graphql HTTP/1.1', 'host: shop.example', ...lines, '', ''].join('\r\n');
const JSON_TYPE = 'content-type: application/json';
const get = (parameters: Record<string, string>) => ({
  method: 'GET',
  path: `/graphql?${new URLSearchParams(parameters).toString()}`,
  headers: PREFLIGHTED,
});

export const badHttp: Readonly<Record<string, readonly BadRequest[]>> = {
  'what is not HTTP': [
    { what: 'nonsense', bytes: 'nonsense\r\n\r\n', answer: '400 BAD_REQUEST' },
    { what: 'HTTP/0.9', bytes: 'GET /graphql\r\n\r\n', answer: '400 BAD_REQUEST' },
    { what: 'the beginning of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answer: '400 BAD_REQUEST' },
    {
      what: 'the beginning of TLS',
      bytes: Buffer.from('160301020001000001fc0303', 'hex'),
      answer: '400 BAD_REQUEST',
    },
    { what: 'an unknown method', method: 'BREW', answer: '400 BAD_REQUEST' },
    { what: 'NUL in a header', bytes: head('x-a: a\0b'), answer: '400 BAD_REQUEST' },
    {
      what: 'a header of 20 kB',
      headers: { 'x-large': 'x'.repeat(20_000) },
      answer: '431 PAYLOAD_TOO_LARGE',
    },
    {
      what: '10,000 headers',
      bytes: head(...Array<string>(10_000).fill('a: b')),
      answer: '431 PAYLOAD_TOO_LARGE',
    },
    {
      what: 'two lengths',
      bytes: head('content-length: 5', 'content-length: 6') + 'hello',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a length and chunks, of which two servers may each believe another',
      bytes: head('content-length: 5', 'transfer-encoding: chunked') + '0\r\n\r\nhello',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'a chunk whose length is no number',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + 'zz\r\nhello\r\n',
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'rubbish behind a good request on the same connection',
      bytes: Buffer.concat([
        requestBytes({ body: GOOD, headers: { connection: 'keep-alive' } }),
        Buffer.from('rubbish\r\n\r\n'),
      ]),
      answer: '400 BAD_REQUEST',
    },
  ],

  'what does not arrive': [
    {
      what: 'headers that never end',
      to: 'impatient',
      bytes: 'POST /graphql HTTP/1.1\r\nhost: shop.example\r\nx-a: ',
      answer: '408 BAD_REQUEST',
    },
    {
      what: 'half a body',
      to: 'impatient',
      bytes: head(JSON_TYPE, 'content-length: 100') + '{"query":',
      answer: '408 BAD_REQUEST',
    },
    {
      what: 'chunks without end',
      to: 'impatient',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + '1\r\n{\r\n',
      answer: '408 BAD_REQUEST',
    },
  ],

  'another method or path': [
    { what: 'PUT', method: 'PUT', body: GOOD, answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'PATCH', method: 'PATCH', body: GOOD, answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'DELETE', method: 'DELETE', answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'TRACE', method: 'TRACE', answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'HEAD', method: 'HEAD', answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'CONNECT', method: 'CONNECT', path: 'shop.example:443', answer: '405 METHOD_NOT_ALLOWED' },
    { what: 'a path that there is not', path: '/admin', answer: '404 NOT_FOUND' },
    { what: 'a path out of the folder', path: '/../../etc/passwd', answer: '404 NOT_FOUND' },
    { what: 'a path that every object has', path: '/__proto__', answer: '404 NOT_FOUND' },
    { what: 'a path with NUL', path: '/graphql%00', answer: '404 NOT_FOUND' },
    { what: 'a whole URL, as to a proxy', path: 'http://shop.example/graphql', answer: '404 NOT_FOUND' },
  ],

  'what a page of another origin could send': [
    {
      what: 'text/plain',
      headers: { 'content-type': 'text/plain' },
      body: GOOD,
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'a form',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={serverTime}',
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'an upload',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b--',
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'no content type',
      headers: { 'content-type': '' },
      body: GOOD,
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'a type that only looks like JSON',
      headers: { 'content-type': 'text/plain, application/json' },
      body: GOOD,
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'JSON in UTF-16',
      headers: { 'content-type': 'application/json; charset=utf-16' },
      body: GOOD,
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
    },
    {
      what: 'GET of a page that may not call, without a header that forces a preflight',
      method: 'GET',
      path: '/graphql?query={serverTime}',
      headers: { 'content-type': '', origin: 'https://evil.example' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'GET of such a page in production, with headers that a proxy has added',
      to: 'production',
      method: 'GET',
      path: '/graphql?query={serverTime}',
      headers: { 'content-type': '', origin: 'http://localhost:5173', 'x-request-id': 'of-a-proxy' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'GET as an image of another site',
      method: 'GET',
      path: '/graphql?query={serverTime}',
      headers: { 'content-type': '', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'GET with a mutation, as plain as a link',
      method: 'GET',
      path: `/graphql?${new URLSearchParams({ query: 'mutation { signOut { __typename } }' }).toString()}`,
      headers: { 'content-type': '' },
      answer: '405 METHOD_NOT_ALLOWED',
    },
    {
      what: 'GET with a mutation beside a query',
      ...get({
        query: 'query Q { serverTime } mutation M { signOut { __typename } }',
        operationName: 'M',
      }),
      answer: '405 METHOD_NOT_ALLOWED',
    },
    {
      what: 'a WebSocket',
      method: 'GET',
      headers: { connection: 'upgrade, close', upgrade: 'websocket' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'GET with a mutation',
      ...get({ query: 'mutation { signOut { __typename } }' }),
      answer: '405 METHOD_NOT_ALLOWED',
    },
    { what: 'GET without a query', ...get({}), answer: '400 BAD_REQUEST' },
    {
      what: 'GET with variables that are no JSON',
      ...get({ query: '{ serverTime }', variables: '{' }),
      answer: '400 BAD_REQUEST',
    },
  ],

  'a body that is no request': [
    { what: 'bad JSON', body: '{"query": ', answer: '400 BAD_REQUEST' },
    { what: 'nothing', body: '', answer: '400 BAD_REQUEST' },
    { what: 'a batch', body: `[${GOOD}]`, answer: '400 BAD_REQUEST' },
    {
      what: 'lists within lists, 40,000 deep',
      body: '['.repeat(40_000) + ']'.repeat(40_000),
      answer: '400 BAD_REQUEST',
    },
    { what: 'a string', body: '"{ serverTime }"', answer: '400 BAD_REQUEST' },
    { what: 'null', body: 'null', answer: '400 BAD_REQUEST' },
    { what: 'no query', json: {}, answer: '400 BAD_REQUEST' },
    { what: 'a blank query', query: '  ', answer: '400 BAD_REQUEST' },
    { what: 'a query that is no string', json: { query: {} }, answer: '400 BAD_REQUEST' },
    {
      what: 'variables in a list',
      json: { query: '{ serverTime }', variables: [] },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'variables in a string',
      json: { query: '{ serverTime }', variables: '{}' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'an operation name that is no string',
      json: { query: '{ serverTime }', operationName: 1 },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'extensions in a string',
      json: { query: '{ serverTime }', extensions: '' },
      answer: '400 BAD_REQUEST',
    },
    {
      what: 'bytes that are not UTF-8',
      body: Buffer.from(`{"query":"{ serverTime }","x":"\xff"}`, 'latin1'),
      answer: '400 BAD_REQUEST',
    },
    { what: 'JSON behind two byte order marks', body: `\ufeff\ufeff${GOOD}`, answer: '400 BAD_REQUEST' },
    {
      what: 'compressed JSON',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(GOOD),
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
      says: 'content-encoding',
    },
    {
      what: 'half a character',
      body: '{"query":"{ serverTime }","variables":{"x":"\\ud83d"}}',
      answer: '400 BAD_REQUEST',
    },
    { what: '60 MB', body: Buffer.alloc(60_000_000, ' '), answer: '413 PAYLOAD_TOO_LARGE' },
    {
      what: '1 MB in chunks, of which nothing is known beforehand',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + `f4240\r\n${' '.repeat(1_000_000)}\r\n0\r\n\r\n`,
      answer: '413 PAYLOAD_TOO_LARGE',
    },
  ],
};

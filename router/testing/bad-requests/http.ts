import { gzipSync } from 'node:zlib';
import { answered, type BadRequest } from './bad-request.ts';
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
  'what is not HTTP': answered('400 BAD_REQUEST', [
    { what: 'nonsense', bytes: 'nonsense\r\n\r\n' },
    { what: 'HTTP/0.9', bytes: 'GET /graphql\r\n\r\n' },
    { what: 'the beginning of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { what: 'the beginning of TLS', bytes: Buffer.from('160301020001000001fc0303', 'hex') },
    { what: 'an unknown method', method: 'BREW' },
    { what: 'NUL in a header', bytes: head('x-a: a\0b') },
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
    { what: 'two lengths', bytes: head('content-length: 5', 'content-length: 6') + 'hello' },
    {
      what: 'a length and chunks, of which two servers may each believe another',
      bytes: head('content-length: 5', 'transfer-encoding: chunked') + '0\r\n\r\nhello',
    },
    {
      what: 'a chunk whose length is no number',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + 'zz\r\nhello\r\n',
    },
    {
      what: 'rubbish behind a good request on the same connection',
      bytes: Buffer.concat([
        requestBytes({ body: GOOD, headers: { connection: 'keep-alive' } }),
        Buffer.from('rubbish\r\n\r\n'),
      ]),
    },
  ]),

  'what does not arrive': answered('408 BAD_REQUEST', [
    {
      what: 'headers that never end',
      to: 'impatient',
      bytes: 'POST /graphql HTTP/1.1\r\nhost: shop.example\r\nx-a: ',
    },
    { what: 'half a body', to: 'impatient', bytes: head(JSON_TYPE, 'content-length: 100') + '{"query":' },
    {
      what: 'chunks without end',
      to: 'impatient',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + '1\r\n{\r\n',
    },
  ]),

  'another method or path': answered('405 METHOD_NOT_ALLOWED', [
    { what: 'PUT', method: 'PUT', body: GOOD },
    { what: 'PATCH', method: 'PATCH', body: GOOD },
    { what: 'DELETE', method: 'DELETE' },
    { what: 'TRACE', method: 'TRACE' },
    { what: 'HEAD', method: 'HEAD' },
    { what: 'CONNECT', method: 'CONNECT', path: 'shop.example:443' },
    { what: 'a path that there is not', path: '/admin', answer: '404 NOT_FOUND' },
    { what: 'a path out of the folder', path: '/../../etc/passwd', answer: '404 NOT_FOUND' },
    { what: 'a path that every object has', path: '/__proto__', answer: '404 NOT_FOUND' },
    { what: 'a path with NUL', path: '/graphql%00', answer: '404 NOT_FOUND' },
    { what: 'a whole URL, as to a proxy', path: 'http://shop.example/graphql', answer: '404 NOT_FOUND' },
  ]),

  'what a page of another origin could send': answered('415 UNSUPPORTED_MEDIA_TYPE', [
    { what: 'text/plain', headers: { 'content-type': 'text/plain' }, body: GOOD },
    {
      what: 'a form',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={serverTime}',
    },
    { what: 'an upload', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: '--b--' },
    { what: 'no content type', headers: { 'content-type': '' }, body: GOOD },
    {
      what: 'a type that only looks like JSON',
      headers: { 'content-type': 'text/plain, application/json' },
      body: GOOD,
    },
    { what: 'JSON in UTF-16', headers: { 'content-type': 'application/json; charset=utf-16' }, body: GOOD },
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
  ]),

  'a body that is no request': answered('400 BAD_REQUEST', [
    { what: 'bad JSON', body: '{"query": ' },
    { what: 'nothing', body: '' },
    { what: 'a batch', body: `[${GOOD}]` },
    { what: 'lists within lists, 40,000 deep', body: '['.repeat(40_000) + ']'.repeat(40_000) },
    { what: 'a string', body: '"{ serverTime }"' },
    { what: 'null', body: 'null' },
    { what: 'no query', json: {} },
    { what: 'a blank query', query: '  ' },
    { what: 'a query that is no string', json: { query: {} } },
    { what: 'variables in a list', json: { query: '{ serverTime }', variables: [] } },
    { what: 'variables in a string', json: { query: '{ serverTime }', variables: '{}' } },
    { what: 'an operation name that is no string', json: { query: '{ serverTime }', operationName: 1 } },
    { what: 'extensions in a string', json: { query: '{ serverTime }', extensions: '' } },
    {
      what: 'bytes that are not UTF-8',
      body: Buffer.from(`{"query":"{ serverTime }","x":"\xff"}`, 'latin1'),
    },
    { what: 'JSON behind two byte order marks', body: `\ufeff\ufeff${GOOD}` },
    {
      what: 'compressed JSON',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(GOOD),
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
      says: 'content-encoding',
    },
    { what: 'half a character', body: '{"query":"{ serverTime }","variables":{"x":"\\ud83d"}}' },
    { what: '60 MB', body: Buffer.alloc(60_000_000, ' '), answer: '413 PAYLOAD_TOO_LARGE' },
    {
      what: '1 MB in chunks, of which nothing is known beforehand',
      bytes: head(JSON_TYPE, 'transfer-encoding: chunked') + `f4240\r\n${' '.repeat(1_000_000)}\r\n0\r\n\r\n`,
      answer: '413 PAYLOAD_TOO_LARGE',
    },
  ]),
};

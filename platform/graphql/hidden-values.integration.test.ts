import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningHttpServer } from '../http/server.ts';
import { IdentityVerifier } from '../identity/identity-verifier.ts';
import { callSigned, identityOf } from '../identity/testing/signed-request.ts';
import { loggedError } from '../logged-error.ts';
import { allow } from './permissions.ts';
import { DateTime } from './scalars.ts';
import { startSubgraph } from './subgraph-server.ts';

const SECRET = 'a secret of this test';
let subgraph: RunningHttpServer;
let log = '';

beforeAll(async () => {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log += chunk.toString();
      done();
    },
  });
  subgraph = await startSubgraph({
    schemaFile: new URL('testing/values.graphql', import.meta.url),
    resolvers: {
      DateTime,
      Query: {
        number: () => 1,
        required: () => 1,
        enter: () => 1,
        tooLarge: () => 82_101_234_567,
        missing: () => null,
      },
    },
    permissions: { Query: allow },
    context: (base) => base,
    verifier: new IdentityVerifier({ subgraph: 'product', secret: SECRET, perInstance: true }),
    host: '127.0.0.1',
    port: 0,
    readiness: {},
    logger: pino({ level: 'trace', serializers: { err: (error: unknown) => loggedError(error) } }, sink),
  });
});
afterAll(() => subgraph.close(100));

async function errorOf(query: string, variables: object | string = {}) {
  const called = { name: 'product', url: subgraph.url, secret: SECRET } as const;
  const response = await callSigned(called, { query, variables: variables as object }, identityOf(null));
  const text = await response.text();
  const { errors } = JSON.parse(text) as { errors: { message: string; extensions: { code: string } }[] };
  return { text, code: errors[0]?.extensions.code };
}

const ENTER = 'query ($words: Words) { enter(words: $words) }';

describe('a subgraph repeats no value', () => {
  it.each([
    ['of a document that is not GraphQL', '{ number(n: 1 hunter2) }', {}],
    ['of a document that does not fit', '{ number(n: "hunter2") }', {}],
    ['of a field that there is not', '{ hunter2 }', {}],
    ['of a variable', 'query ($n: Int) { number(n: $n) }', { n: 'hunter2' }],
    ['of an input', ENTER, { words: { password: { hunter2: 1 } } }],
    ['of an instant', ENTER, { words: { password: 'a', at: 'hunter2' } }],
    ['of a field that the input does not have', ENTER, { words: { password: 'a', hunter2: 1 } }],
    ['of variables that are no object', ENTER, 'hunter2'],
    ['of an argument', 'query ($n: Int) { required(n: $n) }', { n: null }],
  ])('%s: 400', async (_what, query, variables) => {
    const { text, code } = await errorOf(query, variables);
    expect(code).toBe('BAD_REQUEST');
    expect(text).not.toContain('hunter2');
    expect(log).not.toContain('hunter2');
  });

  it.each(['tooLarge', 'missing'])(
    'of a result that does not fit the schema: 500, and in the log: %s',
    async (field) => {
      const { text, code } = await errorOf(`{ ${field} }`);
      expect(code).toBe('INTERNAL');
      for (const words of [text, log]) expect(words).not.toContain('82101234567');
      expect(log).toContain(`"path":["${field}"]`);
    },
  );
});

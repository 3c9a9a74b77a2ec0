import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { Kind, parse } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityVerifier } from '../identity/identity-verifier.ts';
import { callSigned, identityOf } from '../identity/testing/signed-request.ts';
import type { RunningHttpServer } from '../http/server.ts';
import { allow, type Permissions } from './permissions.ts';
import { startSubgraph } from './subgraph-server.ts';

const secret = 'a secret of this test';
const lines: string[] = [];
const logger = pino(
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  }),
);

const schemaFile = (name: string) => new URL(`../../schema/${name}.graphql`, import.meta.url);

function allowEverything(name: string): Permissions {
  const types = parse(readFileSync(schemaFile(name), 'utf8')).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition.name.value] : [],
  );
  return Object.fromEntries(types.map((type) => [type, allow]));
}

describe.each(['user', 'product', 'order'] as const)('the %s subgraph', (name) => {
  let subgraph: RunningHttpServer;
  const type = name === 'product' ? 'Product' : 'User';

  beforeAll(async () => {
    subgraph = await startSubgraph({
      schemaFile: schemaFile(name),
      resolvers: {},
      permissions: allowEverything(name),
      context: (base) => base,
      verifier: new IdentityVerifier({ subgraph: name, secret, perInstance: true }),
      host: '127.0.0.1',
      port: 0,
      readiness: {},
      logger,
    });
  });
  afterAll(() => subgraph.close(100));

  const execute = async (query: string, refs?: unknown) => {
    const variables = refs === undefined ? {} : { refs };
    const response = await callSigned(
      { name, url: subgraph.url, secret },
      { query, variables },
      identityOf(null),
    );
    return {
      status: response.status,
      body: (await response.json()) as { data?: unknown; errors?: { extensions: object }[] },
    };
  };
  const entities = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ${type} { id } } }`;

  it.each<[string, unknown]>([
    ['a number', [7]],
    ['a text', ['User']],
    ['null', [null]],
    ['a list', [[]]],
    ['no type', [{ id: '1' }]],
    ['a type that is no name', [{ __typename: 7, id: '1' }]],
    ['an unknown type', [{ __typename: 'Nothing', id: '1' }]],
    ['a type that is no entity', [{ __typename: 'Query' }]],
    ['a type that every object has', [{ __typename: 'constructor', id: '1' }]],
    ['no key', [{ __typename: type }]],
    ['a key that is null', [{ __typename: type, id: null }]],
    ['a key that is a number', [{ __typename: type, id: 7 }]],
    ['a key that is an object', [{ __typename: type, id: { toString: 1 } }]],
    ['a good one before it', [{ __typename: type, id: '1' }, { __typename: type }]],
    ['no list of them', undefined],
  ])('refuses a representation that is or has %s, without a stack in the log', async (_what, refs) => {
    lines.length = 0;
    const { status, body } = await execute(entities, refs);
    expect([status, body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
    expect(lines.join('')).not.toContain('"stack"');
  });

  it('refuses one that is written into the document', async () => {
    lines.length = 0;
    const { status, body } = await execute(
      `{ _entities(representations: [{ __typename: "${type}", id: 7 }]) { __typename } }`,
    );
    expect([status, body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
    expect(lines.join('')).not.toContain('"stack"');
  });

  it('answers a good one', async () => {
    const { status, body } = await execute(entities, [{ __typename: type, id: '1', more: 7 }]);
    expect([status, body.data]).toEqual([200, { _entities: [{ id: '1' }] }]);
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { Attack } from '../attack.ts';
import { someAddress, type AttackedSystem } from '../attacked-system.ts';

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';

/** @returns the answer to a request whose body is sent as it is */
async function post(system: AttackedSystem, body: object) {
  const response = await fetch(`${system.stack.routers[0]!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': someAddress() },
    body: JSON.stringify(body),
  });
  return (await response.json()) as {
    data?: { signIn?: { __typename: string; accessToken?: string } };
    errors?: { message: string; extensions: { code: string } }[];
  };
}

/** Values that other clients sent, in responses, logs and stores. */
export const attacksOnSecrets: readonly Attack[] = [
  {
    attack: 'the hash of a document with a password',
    gets: 'is not found, and the document is in no store',
    async run(system) {
      const query = `mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { __typename ... on Session { accessToken } } } `;
      const hash = createHash('sha256').update(query).digest('hex');
      const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
      expect((await post(system, { query, extensions })).data?.signIn?.accessToken).toBeTruthy();
      for (const body of [{ extensions }, { id: hash }]) {
        const { data, errors } = await post(system, body);
        expect(data?.signIn).toBeUndefined();
        expect(errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
      }
      const redis = new Redis(system.stores.redisUrl);
      expect(await redis.exists(`${system.stores.redisPrefix}document:${hash}`)).toBe(0);
      redis.disconnect();
    },
  },
  {
    attack: 'a document with a password that is planted in Redis',
    gets: 'is not executed by its hash',
    async run(system) {
      const query = `mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { __typename } }  `;
      const hash = createHash('sha256').update(query).digest('hex');
      const redis = new Redis(system.stores.redisUrl);
      await redis.set(`${system.stores.redisPrefix}document:${hash}`, query);
      const { data, errors } = await post(system, { id: hash });
      expect([data?.signIn, errors?.[0]?.extensions.code]).toEqual([undefined, 'PERSISTED_QUERY_NOT_FOUND']);
      await redis.del(`${system.stores.redisPrefix}document:${hash}`);
      redis.disconnect();
    },
  },
  {
    attack: 'a password in every wrong place of a request',
    gets: 'comes back in no error',
    async run(system) {
      const secret = `hunter2${randomBytes(4).toString('hex')}`;
      const bodies: object[] = [
        { query: SIGN_IN, variables: { input: secret } },
        { query: SIGN_IN, variables: { input: { email: 'a@b.example', password: { a: secret } } } },
        { query: SIGN_IN, variables: { input: { email: 'a@b.example', [secret]: 'a' } } },
        { query: `mutation { signIn(input: { email: "a@b.example", password: ${secret} }) { __typename } }` },
        { query: `mutation { signIn(input: { email: "a", password: "a" ${secret} "}) { __typename } }` },
        { query: `{ products(first: "${secret}") { totalCount } }` },
        { query: '{ serverTime }', operationName: secret },
        { query: '{ serverTime }', variables: secret },
        { query: '{ serverTime }', extensions: secret },
        { id: secret },
      ];
      for (const body of bodies) {
        const answer = await post(system, body);
        expect(answer.errors?.[0]?.extensions.code, JSON.stringify(body)).toBe('BAD_REQUEST');
        expect(JSON.stringify(answer)).not.toContain(secret);
      }
    },
  },
  {
    attack: 'an operationName that meets the key of another document',
    gets: 'is the name of no operation',
    async run(system) {
      for (const query of ['#\n{ serverTime }', '\n#\n{ serverTime }', '{ serverTime }'])
        expect((await post(system, { query })).errors).toBeUndefined();
      for (const operationName of ['\n#', '#', '\0', ':', '0:'])
        expect(
          (await post(system, { query: '{ serverTime }', operationName })).errors?.[0]?.extensions.code,
        ).toBe('BAD_REQUEST');
    },
  },
];

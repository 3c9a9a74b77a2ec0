import { randomInt } from 'node:crypto';
import { Agent } from 'undici';
import { afterAll } from 'vitest';
import type { Stack } from '../harness/stack.ts';
import { type Reply, useStack } from '../harness/stack.ts';
import { useStores, type TestStores } from '../harness/stores.ts';

/** How many times as long as in `npm test` an attack lasts; `npm run attacks` sets it. */
const ROUNDS = Number(process.env['ATTACK_ROUNDS'] ?? 1);

/** The whole system with its default limits, behind one trusted proxy, so that an attack can come from any network. */
export interface AttackedSystem {
  readonly stack: Stack;
  readonly stores: TestStores;
  /** A multiplier for the length of an attack: 1 in `npm test`. */
  readonly rounds: number;
  /** A client whose requests come from `address`. */
  from(address: string): Client;
}

export interface Client {
  readonly address: string;
  readonly execute: (query: string, variables?: object, token?: string) => Promise<Reply>;
}

/** Call at the top of a test file or a `describe`. */
export function useAttackedSystem(): AttackedSystem {
  const stores = useStores();
  const stack = useStack(stores, { environment: { TRUSTED_PROXIES: '1' } });
  // As many as a proxy keeps. Node accepts one connection in each turn of its event loop, so that thousands of new ones at once wait for seconds.
  const connections = new Agent({ connections: 512, headersTimeout: 30_000, bodyTimeout: 30_000 });
  afterAll(() => connections.close());

  const execute = async (
    address: string,
    query: string,
    variables: object,
    token?: string,
  ): Promise<Reply> => {
    stack.leaks.values.addRequest(query, variables, token);
    stack.leaks.values.add('client address', address);
    const response = await connections.request({
      origin: stack.routers[0]!.url,
      method: 'POST',
      path: '/graphql',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': address,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.body.json()) as Omit<Reply, 'status' | 'headers'>;
    stack.leaks.noteAnswer(body);
    return { status: response.statusCode, headers: response.headers, ...body };
  };
  return {
    stack,
    stores,
    rounds: ROUNDS,
    from: (address) => ({
      address,
      execute: (query, variables = {}, token) => execute(address, query, variables, token),
    }),
  };
}

/** An address of a network from which no other client of the run comes. */
export const someAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

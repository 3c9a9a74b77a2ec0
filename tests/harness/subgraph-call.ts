import { randomUUID } from 'node:crypto';
import type { Caller } from '../../platform/identity/identity.ts';
import {
  callSigned,
  identityOf,
  type CalledSubgraph,
} from '../../platform/identity/testing/signed-request.ts';

/** Of each subgraph, shared with those that call it; as in the environment. */
export const IDENTITY_SECRETS = {
  USER_IDENTITY_SECRET: 'of the user subgraph and its callers in tests',
  PRODUCT_IDENTITY_SECRET: 'of the product subgraph and its callers in tests',
  ORDER_IDENTITY_SECRET: 'of the order subgraph and its callers in tests',
};

const SECRET_OF = {
  user: IDENTITY_SECRETS.USER_IDENTITY_SECRET,
  product: IDENTITY_SECRETS.PRODUCT_IDENTITY_SECRET,
  order: IDENTITY_SECRETS.ORDER_IDENTITY_SECRET,
};

/** A subgraph that was started with `IDENTITY_SECRETS`. */
export const subgraphAt = (name: CalledSubgraph['name'], url: string): CalledSubgraph => ({
  name,
  url,
  secret: SECRET_OF[name],
});

export const ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 'k').toString('base64url')}`;

export interface GraphQLReply {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export const buyer = (userId: string = randomUUID()): Caller => ({
  userId,
  scopes: new Set(),
  sessionId: null,
});

export const administrator: Caller = {
  userId: randomUUID(),
  scopes: new Set(['catalog:write', 'stock:write', 'order:read', 'user:read']),
  sessionId: null,
};

/** Sends a request to a subgraph directly, as the router would for this caller. */
export async function executeAtSubgraph(
  name: CalledSubgraph['name'],
  url: string,
  query: string,
  variables: object = {},
  caller: Caller | null = null,
  remainingMs: number | null = null,
): Promise<GraphQLReply> {
  const identity = identityOf(caller, remainingMs);
  const response = await callSigned(subgraphAt(name, url), { query, variables }, identity);
  return { status: response.status, ...((await response.json()) as Omit<GraphQLReply, 'status'>) };
}

import { randomUUID } from 'node:crypto';
import { IDENTITY_HEADER, signIdentity, type Caller } from '../../platform/identity/identity.ts';

export const IDENTITY_SECRET = 'the secret that router and subgraphs share in tests';

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

/** Asks a subgraph directly, as the router would for this caller. */
export async function askSubgraph(
  url: string,
  query: string,
  variables: object = {},
  caller: Caller | null = null,
  patienceMs: number | null = null,
): Promise<GraphQLReply> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [IDENTITY_HEADER]: signIdentity(IDENTITY_SECRET, { caller, requestId: randomUUID(), patienceMs }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLReply, 'status'>) };
}

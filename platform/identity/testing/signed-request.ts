import { randomUUID } from 'node:crypto';
import { IDENTITY_HEADER, INSTANCE_HEADER, type Caller, type Identity } from '../identity.ts';
import { bodyHashOf, identityKey, signIdentity } from '../signed-identity.ts';

/** For tests: what a caller of a subgraph needs to know of it. */
export interface CalledSubgraph {
  readonly name: 'user' | 'product' | 'order';
  /** Of any path. */
  readonly url: string;
  readonly secret: string;
}

/** A request as it goes over the wire. The same one can be sent again, which a client never does. */
export interface SignedRequest {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Operation {
  readonly query: string;
  readonly variables?: object;
}

export const identityOf = (caller: Caller | null, remainingMs: number | null = null): Identity => ({
  caller,
  requestId: randomUUID(),
  remainingMs,
});

/** @param signedAt milliseconds since 1970; now, unless said otherwise */
export function signRequest(
  { name, secret }: Pick<CalledSubgraph, 'name' | 'secret'>,
  operation: Operation,
  identity: Identity,
  instanceId: string | null,
  signedAt = Date.now(),
): SignedRequest {
  const body = JSON.stringify(operation);
  const header = signIdentity(identityKey(name, secret), identity, bodyHashOf(body), instanceId, signedAt);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: header },
    body,
  };
}

/** Of the process that answers at this URL: it says so when it refuses an identity that does not name it. */
export async function instanceIdOf(subgraph: CalledSubgraph): Promise<string | null> {
  const probe = signRequest(subgraph, { query: '{ __typename }' }, identityOf(null), null);
  const response = await fetch(new URL('/graphql', subgraph.url), probe);
  await response.arrayBuffer();
  return response.headers.get(INSTANCE_HEADER);
}

const instanceIds = new Map<string, string | null>();

/** Calls a subgraph as the router does: signed for it, and signed anew for the process that answers where it is another one. */
export async function callSigned(
  subgraph: CalledSubgraph,
  operation: Operation,
  identity: Identity,
  signedAt?: number,
): Promise<Response> {
  const { origin } = new URL(subgraph.url);
  const attempt = () => {
    const request = signRequest(subgraph, operation, identity, instanceIds.get(origin) ?? null, signedAt);
    return fetch(`${origin}/graphql`, request);
  };
  const first = await attempt();
  if (first.status !== 421) return first;
  await first.arrayBuffer();
  instanceIds.set(origin, first.headers.get(INSTANCE_HEADER));
  return attempt();
}

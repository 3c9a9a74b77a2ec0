import type { ReadinessChecks } from '../../platform/http/readiness.ts';
import type { SubgraphClient } from '../../platform/subgraph-client/client.ts';

/** `/health/ready` is open to any client; the subgraphs are checked at most this often, in milliseconds. */
const FRESH_MS = 250;

/**
 * A subgraph is ready when one of its instances says so itself, at `/health/ready`.
 *
 * @param clients by subgraph
 */
export function subgraphReadiness(clients: ReadonlyMap<string, SubgraphClient>): ReadinessChecks {
  return Object.fromEntries([...clients].map(([name, client]) => [name, shared(() => client.assertReady())]));
}

function shared(check: () => Promise<void>): () => Promise<void> {
  let last: { readonly at: number; readonly result: Promise<void> } | null = null;
  return () => {
    if (!last || Date.now() - last.at > FRESH_MS) last = { at: Date.now(), result: check() };
    return last.result;
  };
}

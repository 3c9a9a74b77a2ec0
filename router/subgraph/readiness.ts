import { request } from 'undici';
import type { ReadinessChecks } from '../../platform/http/readiness.ts';

const PATIENCE_MS = 1_500;

/** Anyone may ask whether this process is ready; the subgraphs are asked at most this often, in milliseconds. */
const FRESH_MS = 250;

/**
 * A subgraph is ready when one of its instances says so itself, at `/health/ready` of its origin.
 *
 * @param urls by subgraph, `/graphql` of each instance
 */
export function subgraphReadiness(urls: ReadonlyMap<string, readonly string[]>): ReadinessChecks {
  return Object.fromEntries(
    [...urls].map(([name, instances]) => [
      name,
      shared(() => Promise.any(instances.map((url) => assertReady(new URL('/health/ready', url))))),
    ]),
  );
}

async function assertReady(url: URL): Promise<void> {
  const response = await request(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  await response.body.dump();
  if (response.statusCode !== 200) throw new Error(`${url.href} answered ${response.statusCode}.`);
}

function shared(look: () => Promise<void>): () => Promise<void> {
  let last: { readonly at: number; readonly result: Promise<void> } | null = null;
  return () => {
    if (!last || Date.now() - last.at > FRESH_MS) last = { at: Date.now(), result: look() };
    return last.result;
  };
}

import { Fault } from '../errors.ts';
import type { SubgraphClient } from '../subgraph-client/client.ts';
import type { Identity } from '../identity/identity.ts';
import { counter, histogram, secondsSince } from './metrics.ts';

const durations = histogram(
  'subgraph_request_duration_seconds',
  'How long a request from this process to a subgraph took.',
  ['subgraph'],
);
const requests = counter(
  'subgraph_requests_total',
  'Requests to subgraphs: OK when the subgraph responded, with errors or not, else the code of the fault.',
  ['subgraph', 'outcome'],
);

/** The client, instrumented with metrics and traces. */
export function instrumented(subgraph: string, client: SubgraphClient): SubgraphClient {
  async function measure<Response>(
    identity: Identity,
    send: (identity: Identity) => Promise<Response>,
  ): Promise<Response> {
    const begun = performance.now();
    const span = identity.span?.child(`request ${subgraph}`, { kind: 'client' });
    let outcome: string | undefined;
    try {
      return await send(span && span !== identity.span ? { ...identity, span } : identity);
    } catch (error) {
      outcome = error instanceof Fault ? error.code : 'INTERNAL';
      throw error;
    } finally {
      durations.labels(subgraph).observe(secondsSince(begun));
      requests.labels(subgraph, outcome ?? 'OK').inc();
      span?.end(outcome);
    }
  }

  return {
    ...client,
    get instances() {
      return client.instances;
    },
    request: (operation, identity, deadlineMs) =>
      measure(identity, (traced) => client.request(operation, traced, deadlineMs)),
    send: (operation, identity, deadlineMs) =>
      measure(identity, (traced) => client.send(operation, traced, deadlineMs)),
  };
}

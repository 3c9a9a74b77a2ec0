import { Fault } from '../errors.ts';
import type { SubgraphClient } from '../subgraph-client/client.ts';
import type { Identity } from '../identity/identity.ts';
import { counter, histogram, secondsSince } from './metrics.ts';

const durations = histogram(
  'subgraph_request_duration_seconds',
  'How long a subgraph took to answer another process.',
  ['subgraph'],
);
const requests = counter(
  'subgraph_requests_total',
  'Requests to subgraphs: OK when it answered, with errors or not, else the code of the fault.',
  ['subgraph', 'outcome'],
);

/** The client, seen by metrics and traces. */
export function instrumented(subgraph: string, client: SubgraphClient): SubgraphClient {
  async function watch<Answer>(
    identity: Identity,
    ask: (identity: Identity) => Promise<Answer>,
  ): Promise<Answer> {
    const begun = performance.now();
    const span = identity.span?.child(`ask ${subgraph}`, { kind: 'client' });
    let outcome: string | undefined;
    try {
      return await ask(span && span !== identity.span ? { ...identity, span } : identity);
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
    ask: (operation, identity, deadlineMs) =>
      watch(identity, (seen) => client.ask(operation, seen, deadlineMs)),
    send: (operation, identity, deadlineMs) =>
      watch(identity, (seen) => client.send(operation, seen, deadlineMs)),
  };
}

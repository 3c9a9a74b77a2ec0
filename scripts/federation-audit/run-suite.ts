import { isDeepStrictEqual, inspect } from 'node:util';
import type { Case, Suite } from './audit-server.ts';
import type { AuditedGateway, GatewayAnswer } from './gateways.ts';

export interface Verdict {
  /** What was expected and what came; null: as expected. */
  readonly failure: string | null;
}

/** Every case of a suite against one gateway. A gateway that does not load the supergraph fails all of them. */
export async function runSuite(
  { supergraph, cases }: Suite,
  open: (supergraph: string) => Promise<AuditedGateway>,
): Promise<readonly Verdict[]> {
  let gateway: AuditedGateway;
  try {
    gateway = await open(supergraph);
  } catch (error) {
    return cases.map(() => ({ failure: `The supergraph is refused: ${String(error)}` }));
  }
  try {
    const verdicts: Verdict[] = [];
    for (const one of cases) verdicts.push({ failure: failureOf(one, await gateway.execute(one.query)) });
    return verdicts;
  } finally {
    await gateway.close();
  }
}

/** As the audit compares: the data to the letter, of the errors whether there are any. */
function failureOf({ query, expected }: Case, answer: GatewayAnswer): string | null {
  const errorsCount = typeof expected.errors === 'boolean' || expected.errors === undefined;
  const seen = { data: answer.data ?? null, errors: (answer.errors?.length ?? 0) > 0 };
  const wanted = { data: expected.data ?? null, errors: expected.errors ?? false };
  const isSame = isDeepStrictEqual(seen.data, wanted.data) && (!errorsCount || seen.errors === wanted.errors);
  if (isSame) return null;
  return `${query}\nexpected ${show(wanted)}\nreceived ${show({ ...seen, errors: answer.errors ?? false })}\n`;
}

const show = (value: unknown): string => inspect(value, { depth: 20 });

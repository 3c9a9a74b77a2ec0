import { isDeepStrictEqual } from 'node:util';
import { PRODUCT_ID } from '../canned/resolvers.ts';
import type { ProcessGroups } from '../record/usage.ts';
import { graphqlForm } from './operations.ts';
import type { Workload } from './system.ts';

/** A router before the subgraphs whose answers are prepared. */
export interface RouterSystem {
  readonly name: string;
  readonly url: string;
  groups(): ProcessGroups;
}

export const WORKLOADS = ['purchase', 'purchaseWithProduct', 'stock'] as const satisfies readonly Workload[];

interface Answer {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** @returns the answer to each operation, or what came in its place */
export const answersOf = (router: RouterSystem, token: string): Promise<readonly unknown[]> =>
  Promise.all(WORKLOADS.map((workload) => answerOf(router, workload, token)));

async function answerOf(router: RouterSystem, workload: Workload, token: string): Promise<unknown> {
  const { url, headers, body } = graphqlForm(router.url, workload, PRODUCT_ID);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
    });
    const { data, errors } = (await response.json()) as Answer;
    return errors === undefined ? { data } : { data, errors };
  } catch (error) {
    const { message, cause } = error as Error;
    return { message, cause: String(cause) };
  }
}

/** @returns the beginning of each answer that is another than ours */
export function differencesBetween(
  answers: readonly unknown[],
  ours: readonly unknown[],
): ReadonlyMap<(typeof WORKLOADS)[number], string> {
  return new Map(
    WORKLOADS.flatMap((workload, i) =>
      isDeepStrictEqual(answers[i], ours[i])
        ? []
        : [[workload, JSON.stringify(answers[i]).slice(0, 300)] as const],
    ),
  );
}

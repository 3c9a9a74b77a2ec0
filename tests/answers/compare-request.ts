import type { TestKey } from '../../platform/identity/tokens/testing/issuer.ts';
import type { RecordedRequest } from './recorded-requests.ts';
import { tokenFor, type Answer, type PreparedSystem } from './prepared-system.ts';

/** How two answers to the same request differ. */
export type Difference = 'status' | 'type' | 'data' | 'errors' | 'order of errors' | 'other bytes';

export interface Compared {
  readonly request: RecordedRequest;
  readonly before: Answer;
  readonly now: Answer;
  /** Null: to the byte the same. */
  readonly difference: Difference | null;
}

/** The same document in one turn of the event loop: they may go to a subgraph together. */
const TOGETHER = 3;

/** Sends a request alone, when nothing is known of its document, and then several at once. */
export async function compareRequest(
  before: PreparedSystem,
  now: PreparedSystem,
  request: RecordedRequest,
  key: TestKey,
  id: string,
): Promise<Compared[]> {
  const token = tokenFor(request, key);
  const of = async (system: PreparedSystem) => {
    const first = await system.send(request, token, id);
    const more = Array.from({ length: TOGETHER }, () => system.send(request, token, id));
    return [first, ...(await Promise.all(more))];
  };
  const [all, others] = await Promise.all([of(before), of(now)]);
  return all.map((answer, index) => {
    const other = others[index]!;
    return { request, before: answer, now: other, difference: differenceOf(answer, other) };
  });
}

export function differenceOf(before: Answer, now: Answer): Difference | null {
  if (before.status !== now.status) return 'status';
  if (before.contentType !== now.contentType) return 'type';
  if (before.text === now.text) return null;
  const [{ data, errors = [] }, other] = [before, now].map(({ text }) => JSON.parse(text) as Body) as [
    Body,
    Body,
  ];
  if (JSON.stringify(data) !== JSON.stringify(other.data)) return 'data';
  const texts = (list: readonly unknown[]) =>
    list
      .map((error) => JSON.stringify(error))
      .sort()
      .join();
  if (JSON.stringify(errors) === JSON.stringify(other.errors ?? [])) return 'other bytes';
  return texts(errors) === texts(other.errors ?? []) ? 'order of errors' : 'errors';
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

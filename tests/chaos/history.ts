import type { Reply } from '../harness/stack.ts';

/** Result of a response: done, not done, or unknown. */
export type Outcome = 'yes' | 'no' | 'unknown';

/** One request and its result. Times are those of `performance.now()`. */
export interface Call {
  readonly operation: string;
  readonly begunAt: number;
  readonly endedAt: number;
  /** The member of the result union, the code of the error, or the state of the connection. */
  readonly answer: string;
  readonly outcome: Outcome;
  /** HTTP 500, or an error with INTERNAL. */
  readonly isFaultOfCode: boolean;
  /** Milliseconds; `retryAfterMs` of the response. */
  readonly retryAfterMs: number | null;
  /** The field of the operation, if it was answered. */
  readonly field: Record<string, unknown> | null;
  /** The order or product that it concerns. */
  readonly about?: string;
}

/** So many units of a product. */
export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** Of a purchase, a checkout or the abandonment of one, also its key, what was wanted, and what was confirmed. */
export interface PurchaseCall extends Call {
  readonly key: string;
  readonly userId: string;
  /** Null where it is not known: of a wishlist that may have changed twice. */
  readonly wanted: readonly Line[] | null;
  readonly orderId: string | null;
  /** Of the order, as it was answered. */
  readonly confirmed: readonly Line[] | null;
  /** The product of which too little was left, from the refusal. */
  readonly soldOut: string | null;
}

/** Of a restock, also its key and by how much. */
export interface RestockCall extends Call {
  readonly key: string;
  readonly productId: string;
  readonly change: number;
}

/** Everything that clients did in one round, in the order of the answers. */
export class History {
  readonly purchases: PurchaseCall[] = [];
  readonly restocks: RestockCall[] = [];
  readonly others: Call[] = [];

  /** By when they were sent. */
  get all(): readonly Call[] {
    return [...this.purchases, ...this.restocks, ...this.others].sort((a, b) => a.begunAt - b.begunAt);
  }
}

const FAULTS_OF_CODE = /^INTERNAL/;
/** After these, a mutation may have taken effect. */
const UNKNOWN = new Set(['OutcomeUnknown', 'TIMEOUT', 'UNAVAILABLE']);
/** After these, the request is retried with the same key. */
const TRY_AGAIN = /^(Busy|OutcomeUnknown|TIMEOUT|UNAVAILABLE|RATE_LIMITED|connection|HTTP 5)/;

export const isToBeTriedAgain = ({ answer }: Pick<Call, 'answer'>): boolean => TRY_AGAIN.test(answer);

/** Sends a request and classifies its answer. @param usual the member of the result union, or null for a field without one */
export async function call(
  operation: string,
  usual: string | null,
  send: () => Promise<Pick<Reply, 'status' | 'data' | 'errors'>>,
): Promise<Call> {
  const begunAt = performance.now();
  const base = { operation, begunAt, retryAfterMs: null, field: null, isFaultOfCode: false };
  try {
    const reply = await send();
    return { ...base, endedAt: performance.now(), ...classify(reply, usual) };
  } catch (error) {
    const { code, cause } = error as NodeJS.ErrnoException;
    const codes = [code, (cause as NodeJS.ErrnoException | undefined)?.code];
    const reason = codes.find((known) => typeof known === 'string') ?? (error as Error).name;
    const outcome = reason === 'ECONNREFUSED' ? 'no' : 'unknown';
    return { ...base, endedAt: performance.now(), answer: `connection: ${reason}`, outcome };
  }
}

function classify({ status, data, errors }: Pick<Reply, 'status' | 'data' | 'errors'>, usual: string | null) {
  const field = (Object.values(data ?? {})[0] ?? null) as Record<string, unknown> | null;
  const codes = (errors ?? []).map(({ extensions }) => extensions?.code ?? 'an error without a code');
  const typename = (field?.['__typename'] as string | undefined) ?? null;
  const isUsual = status === 200 && codes.length === 0 && (usual === null || typename === usual);
  const answer = isUsual ? 'yes' : (typename ?? codes[0] ?? `HTTP ${status}`);
  const ofField = field?.['retryAfterMs'] as number | undefined;
  return {
    field,
    answer: typename ?? answer,
    outcome: isUsual ? ('yes' as const) : UNKNOWN.has(answer) ? ('unknown' as const) : ('no' as const),
    isFaultOfCode: status === 500 || codes.some((code) => FAULTS_OF_CODE.test(code)),
    retryAfterMs:
      ofField ?? errors?.find(({ extensions }) => extensions?.retryAfterMs)?.extensions?.retryAfterMs ?? null,
  };
}

/** `Busy 12, OutcomeUnknown 3`, the most frequent first. */
export function countAnswers(calls: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of calls) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([answer, count]) => `${answer} ${count}`).join(', ');
}

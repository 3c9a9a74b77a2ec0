import { Fault, type FaultCode } from '../errors.ts';

/** What a subgraph answered, as it came. Text, so that everybody who shares an answer reads an object of their own. */
export interface SubgraphResponse {
  readonly status: number;
  readonly text: string;
  /** How long the subgraph lets the answer be given again to anybody, in milliseconds; 0: not at all. */
  readonly freshForMs: number;
}

export interface SubgraphReply {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Record<string, unknown>;
  }[];
}

/** @throws {Fault} UNAVAILABLE or INTERNAL where the answer is not GraphQL's */
export function readReply({ status, text }: Pick<SubgraphResponse, 'status' | 'text'>): SubgraphReply {
  try {
    const reply: unknown = JSON.parse(text);
    if (typeof reply === 'object' && reply !== null && ('data' in reply || 'errors' in reply))
      return reply as SubgraphReply;
  } catch {
    // Not JSON: an instance that is going down, or something else that listens there.
  }
  throw faultWithCause(
    status === 503 ? 'UNAVAILABLE' : 'INTERNAL',
    new Error(`Answered ${status}, and not in GraphQL.`),
  );
}

/** @param header Cache-Control (RFC 9111): only what is `public` and has a `max-age` may be shared */
export function freshnessOf(status: number, header: string): number {
  if (status !== 200 || !/\bpublic\b/i.test(header) || /\bno-(store|cache)\b/i.test(header)) return 0;
  return Number(/\bmax-age=(\d{1,9})\b/i.exec(header)?.[1] ?? 0) * 1_000;
}

/** The cause is for the log: it names hosts and ports. */
export function faultWithCause(code: FaultCode, cause: unknown): Fault {
  const fault = new Fault(code);
  fault.cause = cause;
  return fault;
}

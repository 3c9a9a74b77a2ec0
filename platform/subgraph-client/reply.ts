import { Fault, type FaultCode } from '../errors.ts';

/** The response of a subgraph as it arrived. Text, so that each request that shares a response parses an object of its own. */
export interface SubgraphResponse {
  readonly status: number;
  readonly text: string;
  /** How long the response may be served from a shared cache (`Cache-Control`), in milliseconds; 0: not at all. */
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

/** @throws {Fault} UNAVAILABLE or INTERNAL where the response is not GraphQL's */
export function readReply({ status, text }: Pick<SubgraphResponse, 'status' | 'text'>): SubgraphReply {
  try {
    const reply: unknown = JSON.parse(text);
    if (isReply(reply)) return reply;
  } catch {
    // Not JSON: an instance that shuts down, or another service at the address.
  }
  throw faultWithCause(
    status === 503 ? 'UNAVAILABLE' : 'INTERNAL',
    new Error(`The response has status ${status} and is not GraphQL.`),
  );
}

/** Of the errors nothing is known: they may be of any kind. */
function isReply(value: unknown): value is SubgraphReply {
  if (typeof value !== 'object' || value === null) return false;
  if (!('data' in value)) return 'errors' in value;
  return typeof value.data === 'object' && !Array.isArray(value.data);
}

/** @param header Cache-Control (RFC 9111): only what is `public` and has a `max-age` may be shared */
export function freshnessOf(status: number, header: string): number {
  if (status !== 200 || !/\bpublic\b/i.test(header) || /\bno-(store|cache)\b/i.test(header)) return 0;
  return Number(/\bmax-age=(\d{1,9})\b/i.exec(header)?.[1] ?? 0) * 1_000;
}

/** A fault with its cause, which is for the log only: it names hosts and ports. */
export function faultWithCause(code: FaultCode, cause: unknown): Fault {
  const fault = new Fault(code);
  fault.cause = cause;
  return fault;
}

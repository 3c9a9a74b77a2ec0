import type { HttpReply } from '../http/types.ts';
import type { Identity } from '../identity/identity.ts';

/** One operation, however it arrived: alone or in a batch. */
export interface ReceivedOperation {
  readonly identity: Identity;
  /** Sent by a process of this system rather than with an access token. */
  readonly isSigned: boolean;
  readonly body: OperationBody;
  /** The caller's, as it was sent; undefined: none was. */
  readonly traceparent: unknown;
}

/** The variables and the name are checked by its execution. */
export interface OperationBody {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
}

/** A context, a logger, a span and a count in the metrics for each operation. */
export type ExecuteOperation = (operation: ReceivedOperation) => Promise<HttpReply>;

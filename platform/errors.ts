import { GraphQLError } from 'graphql';

/**
 * Faults: what goes wrong with a request, as opposed to expected refusals, which are data (see the schema).
 * One table of codes for the whole system; `status` is the HTTP status of the router's answer.
 */
export const FAULTS = {
  UNAUTHENTICATED: { status: 401, message: 'Sign in first: a valid access token is needed.' },
  FORBIDDEN: { status: 403, message: 'The access token does not allow this.' },
  BAD_REQUEST: { status: 400, message: 'The request is not acceptable.' },
  OPERATION_TOO_COMPLEX: { status: 400, message: 'The operation asks for too much at once.' },
  UNKNOWN_OPERATION: {
    status: 400,
    message: 'Only operations that are in the manifest of this router are answered.',
  },
  // Codes and messages of the protocol of automatic persisted queries, by which clients recognise them.
  PERSISTED_QUERY_NOT_FOUND: { status: 400, message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 400, message: 'PersistedQueryNotSupported' },
  NOT_FOUND: { status: 404, message: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This method is not allowed here.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the operation as application/json.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests. Try again later.' },
  UNAVAILABLE: { status: 503, message: 'The service is not available at the moment. Try again later.' },
  TIMEOUT: {
    status: 504,
    message: 'The answer took too long. What was asked for may or may not have happened.',
  },
  INTERNAL: { status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** Of a fault during a mutation, when it is unknown whether the mutation has taken effect. */
export const OUTCOME_UNKNOWN = {
  message:
    'The service became unavailable in the middle of the work. What was asked for may or may not have happened.',
  extensions: { outcome: 'UNKNOWN' },
} as const;

export type FaultCode = keyof typeof FAULTS;

/** A fault that may be shown to the caller: its code and message reveal no internals. */
export class Fault extends GraphQLError {
  readonly code: FaultCode;

  constructor(
    code: FaultCode,
    message: string = FAULTS[code].message,
    extensions: Record<string, unknown> = {},
  ) {
    super(message, { extensions: { ...extensions, code } });
    this.code = code;
  }
}

export const isFaultCode = (code: unknown): code is FaultCode =>
  typeof code === 'string' && Object.hasOwn(FAULTS, code);

import { Fault, FAULTS, isFaultCode, OUTCOME_UNKNOWN, type FaultCode } from '../../platform/errors.ts';
import type { SubgraphReply } from '../../platform/subgraph-client/reply.ts';

type SubgraphError = NonNullable<SubgraphReply['errors']>[number];

/** Codes whose message was written for the caller. Of the others, only the standard message goes out. */
const SPEAKS_TO_CALLER: ReadonlySet<FaultCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_REQUEST',
  'OPERATION_TOO_COMPLEX',
  'NOT_FOUND',
  'RATE_LIMITED',
]);

/**
 * Codes that a subgraph may give to a request as a whole. Any other (such as its 415) is about how this router sent it, which
 * the caller did not cause.
 */
const OF_THE_WHOLE: ReadonlySet<FaultCode> = new Set([
  'BAD_REQUEST',
  'OPERATION_TOO_COMPLEX',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'TIMEOUT',
]);

/** The fault that the caller sees for an error in one field of a subgraph's response. */
export function faultOfField(error: SubgraphError): Fault {
  const code = error.extensions?.['code'];
  return isFaultCode(code) ? shown(code, error) : new Fault('INTERNAL');
}

/** The fault that the caller sees when a subgraph refused to execute the operation at all. */
export function faultOfWhole(errors: readonly SubgraphError[]): Fault {
  const [first] = errors;
  const code = first?.extensions?.['code'];
  // The identity that this router signed was refused, as by a process whose clock is wrong. Nothing was done, and another process may do it.
  if (code === 'UNAUTHENTICATED') return new Fault('UNAVAILABLE');
  return first && isFaultCode(code) && OF_THE_WHOLE.has(code) ? shown(code, first) : new Fault('INTERNAL');
}

/** The fault of a part that is only read: unlike a mutation, it leaves nothing in doubt. */
export function faultOfRead(fault: Fault): Fault {
  return fault.code === 'TIMEOUT' ? new Fault('TIMEOUT', NOT_READ, fault.extensions) : fault;
}

const NOT_READ = 'This part could not be read in time. Try again later.';

function shown(code: FaultCode, { message, extensions }: SubgraphError): Fault {
  const retryAfterMs = extensions?.['retryAfterMs'];
  const retry = typeof retryAfterMs === 'number' ? { retryAfterMs } : {};
  if (code === 'UNAVAILABLE' && extensions?.['outcome'] === OUTCOME_UNKNOWN.extensions.outcome)
    return new Fault(code, OUTCOME_UNKNOWN.message, { ...retry, ...OUTCOME_UNKNOWN.extensions });
  return new Fault(code, SPEAKS_TO_CALLER.has(code) ? message : FAULTS[code].message, retry);
}

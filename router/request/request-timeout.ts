import { Fault } from '../../platform/errors.ts';
import type { HttpRequest } from '../../platform/http/types.ts';

export const REQUEST_TIMEOUT_HEADER = 'x-request-timeout';

/**
 * How long a client waits for its answer, in milliseconds: the value of its header, bounded by the router's own limit.
 *
 * @throws {Fault} BAD_REQUEST for anything but a whole number above zero
 */
export function timeoutOf({ headers }: Pick<HttpRequest, 'headers'>, longestMs: number): number {
  const given = headers[REQUEST_TIMEOUT_HEADER];
  if (given === undefined) return longestMs;
  if (typeof given !== 'string' || !/^[1-9]\d{0,9}$/.test(given)) {
    throw new Fault(
      'BAD_REQUEST',
      `The header ${REQUEST_TIMEOUT_HEADER} must be a number of milliseconds, 1 or more.`,
    );
  }
  return Math.min(Number(given), longestMs);
}

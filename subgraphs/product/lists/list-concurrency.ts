import type { EntityManager } from 'typeorm';
import {
  FairConcurrencyLimit,
  type FairConcurrencyOptions,
} from '../../../platform/concurrency/fair-concurrency-limit.ts';
import type { RelaxedReads } from '../../../platform/mysql/relaxed-reads.ts';

/** Reads for lists, on behalf of a client. */
export interface ListReads {
  /**
   * @param client `clientKeyOf` the request: clients share the connections fairly
   * @throws {Fault} UNAVAILABLE with `retryAfterMs` when the read had no place in time: it has not begun; and what `RelaxedReads` throws
   */
  read<Result>(client: string, work: (manager: EntityManager) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Runs so many reads at a time that each has a connection. The others wait, though not for long, so that no queue
 * grows that would be served after its clients have left.
 */
export function behindGate(reads: RelaxedReads, options: Omit<FairConcurrencyOptions, 'message'>): ListReads {
  const limit = new FairConcurrencyLimit({
    ...options,
    message: 'Lists of products are busy at the moment. Try again later.',
  });
  return {
    read: (client, work) => limit.run(client, () => reads.read(work)),
    close: () => reads.close(),
  };
}

import type { EntityManager } from 'typeorm';
import {
  ConcurrencyLimit,
  type ConcurrencyOptions,
} from '../../../platform/concurrency/concurrency-limit.ts';
import type { ReplicaReads } from '../../../platform/mysql/replica-reads.ts';

/** Reads for lists, limited per client. */
export interface ListReads {
  /**
   * @param client `clientKeyOf` the request: clients share the connections by fair queueing
   * @throws {Fault} UNAVAILABLE with `retryAfterMs` when the read was shed from the queue: it has not begun; and what `ReplicaReads` throws
   */
  read<Result>(client: string, work: (manager: EntityManager) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Load shedding: a concurrency limit of as many reads as there are connections, with a bounded, fair queue. A read that would wait for
 * longer than the time limit is rejected, because its client has given up by then.
 */
export function withConcurrencyLimit(
  reads: ReplicaReads,
  options: Omit<ConcurrencyOptions, 'message'>,
): ListReads {
  const limit = new ConcurrencyLimit({
    ...options,
    message: 'Lists of products are busy at the moment. Try again later.',
  });
  return {
    read: (client, work) => limit.run(client, () => reads.read(work)),
    close: () => reads.close(),
  };
}

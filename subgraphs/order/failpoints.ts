import { reachFailpoint } from '../../platform/lifecycle/failpoint.ts';

/** The failpoints of the protocol, at which a test kills or freezes a process (`FAULT_POINT`), each with the state at that place. */
export const FAILPOINTS = {
  'before-reserve': 'a purchase is about to be admitted; nothing is reserved',
  'after-reserve': 'Redis has admitted it; MySQL has nothing of it',
  'before-commit': 'its transaction holds its locks and is complete',
  'after-commit': 'the order is there; its buyer has no answer',
  'before-confirm': 'the answer is on its way; the reservation is still open',
  'after-confirm': 'the reservation is confirmed',
  'before-tombstone': 'a purchase is to be ended for good; its key is still open',
  'after-tombstone': 'the tombstone is there; its reservation is not released, and no answer was sent',
  'reaper-after-tombstone': 'the reaper has settled what is due in MySQL, and not in Redis',
  'rebuild-after-epoch': 'the epoch is raised in MySQL; Redis has nothing of it',
  'rebuild-before-gate': 'the numbers are written; the gate is shut',
  'rebuild-after-gate': 'the gate is open; the keys of the epoch before are still there',
  'before-delivery': 'a restock or give-back is committed; Redis has not applied it',
  'after-delivery': 'Redis has applied it; MySQL has not recorded that',
  'before-charge': 'a payment is written; the provider was not called',
  'after-charge': 'the provider has charged; the order is not updated',
  'after-refund': 'the provider has given the money back; the payment is not updated',
} as const satisfies Readonly<Record<string, string>>;

export type Failpoint = keyof typeof FAILPOINTS;

/** Does nothing unless this is the failpoint that `FAULT_POINT` names. */
export const reach = (place: Failpoint): void | Promise<void> => reachFailpoint(place);

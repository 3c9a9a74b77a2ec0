import type { ProcessGroups } from '../record/usage.ts';

/** A request that every system understands in its own way. */
export interface RequestForm {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** With `KEY` where the idempotency key is. */
  readonly body: string;
}

/** What is sold, and how much of it is gone, as the stores themselves say. */
export interface Ledger {
  readonly units: number;
  readonly decrement: number;
  /** Rows of orders that hold it. */
  readonly rows: number;
}

export type Workload = 'purchase' | 'purchaseWithProduct' | 'stock';

/** A shop with stores of its own, all of whose processes are measured. */
export interface System {
  readonly name: string;
  /** Read each time: a process may have been replaced. */
  groups(): ProcessGroups;
  /** @returns the id of a new product of which there are so many */
  openSale(units: number): Promise<string>;
  /** Undefined where it has nothing of the kind. */
  form(workload: Workload, productId: string): RequestForm | undefined;
  /** Over all products: what is read before a run is taken off what is read after it. */
  ledger(): Promise<Ledger>;
}

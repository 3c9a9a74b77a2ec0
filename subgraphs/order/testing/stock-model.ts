/** What the stock scripts promise, in memory: one product, and what MySQL has of it. Units; users and orders by small numbers. */

export interface Terms {
  readonly window: 'notOpen' | 'open' | 'closed' | 'withdrawn';
  /** 0: none. */
  readonly limit: number;
}

/** How a call of the script admits. */
export interface AdmissionMode {
  /** Whether what it admits, or has admitted before, is due at once. */
  readonly isDue: boolean;
  /** Whether it admits what was not admitted before. */
  readonly admits: boolean;
}

export interface PurchaseRequest {
  readonly order: number;
  readonly quantity: number;
  readonly isLate: boolean;
  /** Whether the attempt began before anything that was refused. */
  readonly isOld: boolean;
}

interface Reservation {
  readonly quantity: number;
  readonly seq: number;
  readonly epoch: number;
  readonly isDue: boolean;
}

interface Movement {
  readonly epoch: number;
  readonly total: number;
  readonly sold: number;
  readonly user: number | null;
}

export const USERS = 3;
export const userOf = (order: number): number => order % USERS;

export class StockModel {
  epoch = 1;
  limited = true;
  numbers = { total: 0, sold: 0, reserved: 0, seq: 0 };
  /** By order, of the current epoch. */
  readonly records = new Map<number, Reservation | 'settled'>();
  readonly holding = new Map<number, number>();
  readonly refused = new Set<number>();
  readonly applied = new Set<number>();
  readonly mysql = { total: 0, sold: 0, holding: new Map<number, number>() };
  /** Orders that MySQL has, with the reservation that admitted each. */
  readonly committed = new Map<number, Reservation>();
  readonly movements: Movement[] = [];

  /** @returns code and detail for each purchase, as the script answers; null where it answers that it is not ready */
  reserve(requests: readonly PurchaseRequest[], terms: Terms, mode: AdmissionMode): number[] | null {
    if (terms.limit > 0 && !this.limited) return null;
    return requests.flatMap((one) => this.#reserveOne(one, terms, mode));
  }

  #reserveOne(
    { order, quantity, isLate, isOld }: PurchaseRequest,
    { window, limit }: Terms,
    { isDue, admits }: AdmissionMode,
  ): number[] {
    const record = this.records.get(order);
    const user = userOf(order);
    const held = this.holding.get(user) ?? 0;
    const { total, sold, reserved } = this.numbers;
    if (isLate) return [5, 0];
    if (record === 'settled') return [3, 0];
    if (record && record.quantity !== quantity) return [4, record.seq];
    if (record) {
      this.records.set(order, { ...record, isDue: record.isDue && isDue });
      return [2, record.seq];
    }
    if (!admits) return [11, 0];
    if (window === 'notOpen') return [6, 0];
    if (window !== 'open') return [7, 0];
    if (limit > 0 && held + quantity > limit) return [8, held];
    if (total - sold - reserved < quantity) return [9, total - sold - reserved];
    if (isOld && this.refused.has(order)) return [10, 0];
    const seq = this.numbers.seq + 1;
    this.numbers = { ...this.numbers, seq, reserved: reserved + quantity };
    this.records.set(order, { quantity, seq, epoch: this.epoch, isDue });
    if (this.limited) this.holding.set(user, held + quantity);
    return [1, seq];
  }

  /** MySQL's guard: an order is written by a reservation of the current epoch, once, where the stock has its units. */
  commit(order: number): boolean {
    const record = this.records.get(order);
    if (!record || record === 'settled' || this.committed.has(order)) return false;
    if (this.mysql.sold + record.quantity > this.mysql.total) return false;
    this.committed.set(order, record);
    this.mysql.sold += record.quantity;
    add(this.mysql.holding, userOf(order), record.quantity);
    return true;
  }

  /** Whether the order was written by the reservation that it has now. */
  isCommitted(order: number): boolean {
    const record = this.records.get(order);
    if (!record || record === 'settled') return false;
    const written = this.committed.get(order);
    return written?.epoch === record.epoch && written.seq === record.seq;
  }

  /** @returns how many were settled */
  settle(orders: readonly number[], verb: 'confirm' | 'release'): number {
    let settled = 0;
    for (const order of orders) {
      const record = this.records.get(order);
      if (!record || record === 'settled') continue;
      settled++;
      this.records.set(order, 'settled');
      this.numbers.reserved -= record.quantity;
      if (verb === 'confirm') this.numbers.sold += record.quantity;
      else if (this.limited) add(this.holding, userOf(order), -record.quantity);
    }
    return settled;
  }

  get due(): number[] {
    return [...this.records].flatMap(([order, record]) =>
      record !== 'settled' && record.isDue ? [order] : [],
    );
  }

  get open(): number {
    return [...this.records.values()].filter((record) => record !== 'settled').length;
  }

  /** @returns 1 for each key that is remembered, 0 for one that was admitted */
  refuse(orders: readonly number[]): number[] {
    return orders.map((order) => {
      if (this.records.has(order)) return 0;
      this.refused.add(order);
      return 1;
    });
  }

  /** @returns the movement, by its place in `movements`; null where MySQL refuses it */
  restock(change: number): number | null {
    if (this.mysql.total + change < this.mysql.sold) return null;
    this.mysql.total += change;
    return this.movements.push({ epoch: this.epoch, total: change, sold: 0, user: null }) - 1;
  }

  /** An order that MySQL has ceases to hold. Its reservation may be open still. */
  returnUnits(order: number): number | null {
    const record = this.committed.get(order);
    if (!record || record.quantity === 0) return null;
    const user = userOf(order);
    this.committed.set(order, { ...record, quantity: 0 });
    this.mysql.sold -= record.quantity;
    add(this.mysql.holding, user, -record.quantity);
    return this.movements.push({ epoch: this.epoch, total: 0, sold: -record.quantity, user }) - 1;
  }

  /** @returns the code of the script */
  apply(movement: number): number {
    const { epoch, total, sold, user } = this.movements[movement]!;
    if (epoch < this.epoch) return 3;
    if (this.applied.has(movement)) return 2;
    this.applied.add(movement);
    this.numbers.total += total;
    this.numbers.sold += sold;
    if (user !== null && this.limited) add(this.holding, user, sold);
    return 1;
  }

  /** Everything of the epoch before is gone, but for what was refused. */
  rebuild(limited: boolean): void {
    this.epoch++;
    this.limited = limited;
    this.numbers = { total: this.mysql.total, sold: this.mysql.sold, reserved: 0, seq: 0 };
    this.records.clear();
    this.applied.clear();
    this.holding.clear();
    if (limited) for (const [user, units] of this.mysql.holding) this.holding.set(user, units);
  }
}

const add = (units: Map<number, number>, user: number, change: number): void =>
  void units.set(user, (units.get(user) ?? 0) + change);

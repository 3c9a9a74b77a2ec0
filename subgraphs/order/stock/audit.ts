import type { StockStore } from './stock-store.ts';

/** Adding up so many takes some 3 ms of Redis's time; a product with more open reservations is checked when it has fewer. */
const MOST_ADDED_UP = 5_000;

/** All numbers of a product in Redis at one moment. Units. */
export interface StockAudit {
  readonly epoch: number;
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  /** Of the open reservations themselves, where `reserved` counts them; null: too many to add up. */
  readonly openUnits: number | null;
  /** Open reservations. */
  readonly open: number;
  readonly countsHoldings: boolean;
  /** Another one after each movement that was applied. */
  readonly applied: string;
}

/**
 * @returns null when the product is not ready. Keys that cannot be read, or hold what no script writes, are noted and count as
 *   not ready
 */
export async function auditStock(store: StockStore, productId: string): Promise<StockAudit | null> {
  const { keys, scripts, fence, unreadable } = store;
  const reply = await fence.withCurrentEpoch(productId, (epoch) => {
    const { stock, due, records, settled, holding, applied } = keys.ofEpoch(productId, epoch);
    return scripts.audit(
      [keys.gate(productId), stock, due, records, settled, holding, applied],
      [epoch, MOST_ADDED_UP],
    );
  });
  if (reply.state === 'notReady') return null;

  const [total, sold, reserved, seq, limited, open, openUnits, ...applied] = reply.rest;
  if (![total, sold, reserved, seq].every(isWhole)) {
    unreadable.note(productId, reply.epoch);
    return null;
  }
  return {
    epoch: reply.epoch,
    total: Number(total),
    sold: Number(sold),
    reserved: Number(reserved),
    openUnits: Number(openUnits) < 0 ? null : Number(openUnits),
    open: Number(open),
    countsHoldings: limited === '1',
    applied: applied.join(' '),
  };
}

const isWhole = (written: number | string | undefined): boolean => /^-?\d{1,15}$/.test(String(written));

import type { StockAudit } from './audit.ts';
import type { AuditedRow } from './stock-repository.ts';

/**
 * `units`: by which the numbers disagree, beyond what work under way explains. Above zero, Redis would sell too few; below, more than
 * MySQL lets it. `epoch`: the epochs are different ones. `open`: not comparable, since numbers changed in between.
 */
export type Comparison =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'open' }
  | { readonly kind: 'units'; readonly units: number }
  | { readonly kind: 'epoch'; readonly minEpoch: number };

/**
 * Compares Redis and MySQL while purchases go on. No disagreement is reported that work under way could explain:
 *
 * - In Redis alone, `reserved` is the sum of the open reservations: each script changes both at once.
 * - `sold` of Redis counts confirmed orders, each committed before. So what it was *before* MySQL was read is in MySQL's `sold`.
 * - What MySQL has sold was reserved before. So it is in `sold` or in `reserved` of Redis *after* MySQL was read.
 * - Restocks and give-backs are in MySQL first, and break the three for a moment. So a movement that is pending in the snapshot, or
 *   was applied between the two audits of Redis, leaves the comparison open; as does a rebuild.
 *
 * @param before what Redis said before MySQL was read @param after and afterwards
 */
export function compareStock(before: StockAudit, mysql: AuditedRow, after: StockAudit): Comparison {
  if (before.epoch !== after.epoch) return { kind: 'open' };
  if (after.epoch < mysql.epoch) return { kind: 'epoch', minEpoch: mysql.epoch };
  if (after.epoch > mysql.epoch) return { kind: 'epoch', minEpoch: after.epoch + 1 };

  const unheld = after.openUnits === null ? 0 : after.reserved - after.openUnits;
  if (unheld !== 0) return { kind: 'units', units: unheld };

  if (mysql.pending > 0 || before.applied !== after.applied) return { kind: 'open' };
  const soldByRedisAlone = Math.max(0, before.sold - mysql.sold);
  const soldByMysqlAlone = Math.max(0, mysql.sold - after.sold - after.reserved);
  const units = mysql.total - after.total + soldByRedisAlone - soldByMysqlAlone;
  const agrees = mysql.total === after.total && soldByRedisAlone === 0 && soldByMysqlAlone === 0;
  return agrees ? { kind: 'agrees' } : { kind: 'units', units };
}

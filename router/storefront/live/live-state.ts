import { createHash } from 'node:crypto';

/** What the stream publishes of a product, and how it is serialized. */
export interface LiveState {
  readonly productId: string;
  readonly sale: SaleTerms;
  /** Null while there is no stock of the product, nor ever was. */
  readonly stock: LiveStock | null;
}

/** Times in milliseconds since 1970. */
export interface SaleTerms {
  readonly opensAt: number;
  readonly closesAt: number | null;
  readonly withdrawn: boolean;
  readonly purchaseLimit: number | null;
}

export interface LiveStock {
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly remaining: number;
  /** When these were the numbers, by the clock of Redis; milliseconds since 1970. */
  readonly asOf: number;
}

type SaleStatus = 'UPCOMING' | 'OPEN' | 'CLOSED' | 'WITHDRAWN';

/** The schema's `SaleStatus`, between two answers of the subgraph that owns it. */
export function statusAt({ opensAt, closesAt, withdrawn }: SaleTerms, now: number): SaleStatus {
  if (withdrawn) return 'WITHDRAWN';
  if (now < opensAt) return 'UPCOMING';
  return closesAt !== null && now >= closesAt ? 'CLOSED' : 'OPEN';
}

/** When the status changes next by itself, or null. */
export function nextTurn(sale: SaleTerms, now: number): number | null {
  switch (statusAt(sale, now)) {
    case 'UPCOMING':
      return sale.opensAt;
    case 'OPEN':
      return sale.closesAt;
    default:
      return null;
  }
}

/**
 * A name for all that a client would see, other than the time: equal in every process for equal states, so a client that comes
 * back says by it what it has, wherever it comes back to.
 */
export function tagOf({ sale, stock }: LiveState, now: number): string {
  const seen = [
    statusAt(sale, now),
    sale.opensAt,
    sale.closesAt,
    sale.purchaseLimit,
    stock && [stock.total, stock.sold, stock.reserved],
  ];
  return createHash('sha256').update(JSON.stringify(seen)).digest('base64url').slice(0, 8);
}

/** The fields of an event, without its id. */
export function eventOf({ productId, sale, stock }: LiveState, now: number): string {
  const data = {
    productId,
    status: statusAt(sale, now),
    opensAt: instant(sale.opensAt),
    closesAt: sale.closesAt === null ? null : instant(sale.closesAt),
    purchaseLimit: sale.purchaseLimit,
    stock: stock && {
      total: stock.total,
      sold: stock.sold,
      reserved: stock.reserved,
      remaining: stock.remaining,
      soldOut: stock.remaining <= 0,
      asOf: instant(stock.asOf),
    },
    serverTime: instant(now),
  };
  return `event: stock\ndata: ${JSON.stringify(data)}\n\n`;
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** A clock that steps back by more than this has been changed, or is another one. Milliseconds. */
const CLOCK_CHANGED_MS = 10_000;

/** Whether numbers are newer than those that are known; a read and a message may overtake each other. */
export function isNews(known: LiveStock | null, next: LiveStock): boolean {
  return !known || next.asOf >= known.asOf || known.asOf - next.asOf > CLOCK_CHANGED_MS;
}

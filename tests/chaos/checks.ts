import type { StockBooks } from '../harness/order-books.ts';
import type { Call, PurchaseCall } from './history.ts';

/** What MySQL and Redis have of one product once nothing is under way. */
export interface ProductAtRest {
  readonly name: string;
  readonly mysql: StockBooks;
  readonly redis: { readonly total: number; readonly sold: number; readonly reserved: number };
  /** Units that a buyer may hold; null without a limit. */
  readonly limit: number | null;
  /** Answers of one more purchase by a user who holds none. */
  readonly nextPurchase: string;
  /** Whether there were more units than purchases. */
  readonly isPlentiful: boolean;
}

/** What clients saw, and what is stored. */
export interface Evidence {
  readonly products: readonly ProductAtRest[];
  readonly purchases: readonly PurchaseCall[];
  readonly others: readonly Call[];
  /** Status by order id; tombstones are no orders. */
  readonly statuses: ReadonlyMap<string, string>;
  readonly orderIdOf: (call: PurchaseCall) => string;
  /** Orders that were confirmed between these instants of `performance.now()` may be lost: by a fail-over to a replica that lacks them. */
  readonly mayBeLost: readonly [from: number, to: number] | null;
}

type Rule = (evidence: Evidence) => string[];

/** A refusal that is final for the attempts under its key that began before it. */
const FINAL_REFUSALS = new Set([
  'SoldOut',
  'SaleNotOpen',
  'SaleClosed',
  'PurchaseLimitExceeded',
  'ProductNotFound',
]);
const DEFINITE = new Set([...FINAL_REFUSALS, 'Busy', 'PurchaseAbandoned', 'RATE_LIMITED']);

function byKey(purchases: readonly PurchaseCall[]): Map<string, PurchaseCall[]> {
  const keys = new Map<string, PurchaseCall[]>();
  for (const made of purchases) keys.set(made.key, [...(keys.get(made.key) ?? []), made]);
  return keys;
}

const isLossAllowed = ({ mayBeLost }: Evidence, { begunAt, endedAt }: Call): boolean =>
  mayBeLost !== null && endedAt >= mayBeLost[0] && begunAt <= mayBeLost[1];

/** Needs a machine that has time for every retry. */
const RULE_OF_TIME = 'every key comes to a final answer';

/** Each rule gives a sentence for every time that it was broken. */
export const RULES: Readonly<Record<string, Rule>> = {
  'units in orders that hold = sold <= total': ({ products }) =>
    products.flatMap(({ name, mysql: { total, sold, ordered, held } }) =>
      ordered === sold && held === sold && sold <= total
        ? []
        : [`${name}: ${ordered} in orders, ${held} in holdings, ${sold} sold of ${total}`],
    ),
  'nothing is reserved, and Redis has the numbers of MySQL': ({ products }) =>
    products.flatMap(({ name, mysql, redis }) =>
      redis.reserved === 0 && redis.total === mysql.total && redis.sold === mysql.sold
        ? []
        : [`${name}: Redis has ${JSON.stringify(redis)}, MySQL ${mysql.sold} sold of ${mysql.total}`],
    ),
  'a buyer holds no more than the limit': ({ products }) =>
    products.flatMap(({ name, limit, mysql }) =>
      limit !== null && mysql.mostHeld > limit ? [`${name}: a buyer holds ${mysql.mostHeld}`] : [],
    ),
  'no SoldOut while units are left': ({ products, purchases }) =>
    products.flatMap(({ name, mysql, isPlentiful, nextPurchase }) => {
      const refused = purchases.filter(
        ({ productId, answer }) => productId === mysql.product && answer === 'SoldOut',
      ).length;
      const sentences = isPlentiful && refused > 0 ? [`${name}: ${refused} buyers heard SoldOut`] : [];
      const expected = mysql.sold < mysql.total ? 'PurchaseConfirmed' : 'SoldOut';
      if (nextPurchase !== expected)
        sentences.push(`${name}: with ${mysql.total - mysql.sold} units left one more was ${nextPurchase}`);
      return sentences;
    }),
  'a confirmed order exists': (evidence) =>
    evidence.purchases.flatMap((made) =>
      made.orderId === null || evidence.statuses.has(made.orderId) || isLossAllowed(evidence, made)
        ? []
        : [`the order ${made.orderId} was confirmed and is not there`],
    ),
  'one order for each key': ({ purchases, orderIdOf }) =>
    purchases.flatMap((made) =>
      made.orderId === null || made.orderId === orderIdOf(made)
        ? []
        : [`the key ${made.key} was answered with the order ${made.orderId}`],
    ),
  'a key that was confirmed is never refused': (evidence) =>
    [...byKey(evidence.purchases).values()].flatMap((calls) => {
      const confirmed = calls.find(({ orderId }) => orderId !== null);
      if (!confirmed || isLossAllowed(evidence, confirmed)) return [];
      const refused = calls.find(
        ({ begunAt, answer }) =>
          begunAt > confirmed.endedAt && (FINAL_REFUSALS.has(answer) || answer === 'PurchaseAbandoned'),
      );
      return refused ? [`the key ${refused.key} was confirmed, and then ${refused.answer}`] : [];
    }),
  'no order for a key that was refused': ({ purchases, statuses, orderIdOf }) =>
    [...byKey(purchases).values()].flatMap((calls) => {
      if (!statuses.has(orderIdOf(calls[0]!))) return [];
      const lastBegin = Math.max(...calls.map(({ begunAt }) => begunAt));
      const isRefused =
        calls.every(({ answer }) => DEFINITE.has(answer)) ||
        calls.some(
          ({ answer, begunAt }) =>
            begunAt === lastBegin && (FINAL_REFUSALS.has(answer) || answer === 'PurchaseAbandoned'),
        );
      return isRefused ? [`the key ${calls[0]!.key} was refused and has an order`] : [];
    }),
  [RULE_OF_TIME]: ({ purchases }) =>
    [...byKey(purchases)].flatMap(([key, calls]) =>
      calls.some(({ answer }) => FINAL_REFUSALS.has(answer) || /^Purchase(Confirmed|Abandoned)$/.test(answer))
        ? []
        : [`the key ${key} is left with ${calls.at(-1)!.answer} after ${calls.length} attempts`],
    ),
  'no answer is a fault of the code': ({ purchases, others }) =>
    [...purchases, ...others].flatMap(({ operation, answer, isFaultOfCode }) =>
      isFaultOfCode ? [`${operation} was answered with ${answer}`] : [],
    ),
};

/** @returns a sentence for each rule that is broken, with the first examples. @param judgesTime false: only what holds at any speed */
export function brokenRules(evidence: Evidence, judgesTime = true): string[] {
  return Object.entries(RULES).flatMap(([rule, check]) => {
    if (rule === RULE_OF_TIME && !judgesTime) return [];
    const found = check(evidence);
    if (found.length === 0) return [];
    return [`"${rule}" is broken ${found.length} times: ${found.slice(0, 3).join('; ')}`];
  });
}

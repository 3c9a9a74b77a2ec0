import {
  byKey,
  isDefiniteRefusal,
  isFinalRefusal,
  isLossAllowed,
  orderIdOf,
  wallClock,
  type Evidence,
} from './evidence.ts';
import type { Call, Line, PurchaseCall } from './history.ts';

/** The harm of a broken rule. */
export const HARMS = [
  'oversold',
  'lost',
  'doubled',
  'leaked',
  'refusals broken',
  'windows broken',
  'faults of the code',
  'keys left open',
] as const;
export type Harm = (typeof HARMS)[number];

interface Rule {
  readonly harm: Harm;
  /** @returns a sentence for every time that it was broken */
  readonly check: (evidence: Evidence) => string[];
}

/** Needs a machine that has time for every retry. */
const RULE_OF_TIME = 'every key comes to a final answer';
/** Milliseconds between the clock of Redis and that of this process, and between two reads of its own clock by Redis. */
const CLOCKS_MS = 100;

const textOf = (lines: readonly Line[]): string =>
  lines
    .map(({ productId, quantity }) => `${quantity} of ${productId}`)
    .sort()
    .join(', ');

/** One sentence at most for each key. */
const forEachKey =
  (check: (calls: readonly PurchaseCall[], evidence: Evidence) => string | null): Rule['check'] =>
  (evidence) =>
    [...byKey(evidence.purchases).values()].flatMap((calls) => check(calls, evidence) ?? []);

export const RULES: Readonly<Record<string, Rule>> = {
  'units in orders that hold = sold <= total, at any time': {
    harm: 'oversold',
    check: ({ products, samples }) =>
      [...products.map(({ mysql }) => mysql), ...samples].flatMap(
        ({ product, total, sold, ordered, held }) =>
          ordered === sold && held === sold && sold <= total
            ? []
            : [`${product}: ${ordered} in orders, ${held} in holdings, ${sold} sold of ${total}`],
      ),
  },
  'a buyer holds no more than the limit, at any time': {
    harm: 'oversold',
    check: ({ products, samples }) =>
      products.flatMap(({ name, limit, mysql }) => {
        const seen = [mysql, ...samples.filter(({ product }) => product === mysql.product)];
        const most = Math.max(...seen.map(({ mostHeld }) => mostHeld));
        return limit !== null && most > limit ? [`${name}: a buyer held ${most}`] : [];
      }),
  },
  'nothing is reserved, and remaining + sold = total in both stores': {
    harm: 'leaked',
    check: ({ products }) =>
      products.flatMap(({ name, mysql, redis, shown }) =>
        redis.reserved === 0 &&
        redis.total === mysql.total &&
        redis.sold === mysql.sold &&
        shown.reserved === 0 &&
        shown.remaining + shown.sold === shown.total &&
        shown.total === mysql.total &&
        shown.sold === mysql.sold
          ? []
          : [
              `${name}: MySQL has ${mysql.sold} sold of ${mysql.total}, Redis ${JSON.stringify(redis)}, the API ${JSON.stringify(shown)}`,
            ],
      ),
  },
  'a restock counts once': {
    harm: 'leaked',
    check: (evidence) =>
      evidence.products.flatMap(({ name, units, mysql, isTotalKnown }) => {
        const ofProduct = evidence.restocks.filter(({ productId }) => productId === mysql.product);
        const keys = [...byKey(ofProduct).values()];
        const isDone = (calls: readonly Call[]) =>
          calls.some((made) => made.outcome === 'yes' && !isLossAllowed(evidence, made));
        const isOpen = (calls: readonly Call[]) => calls.some(({ outcome }) => outcome !== 'no');
        const sum = (of: typeof keys) => of.reduce((units, [first]) => units + first!.change, 0);
        const least = units + sum(keys.filter(isDone));
        const most = least + sum(keys.filter((calls) => !isDone(calls) && isOpen(calls)));
        return isTotalKnown && (mysql.total < least || mysql.total > most)
          ? [`${name}: the total is ${mysql.total}, and restocks make it ${least} to ${most}`]
          : [];
      }),
  },
  'no SoldOut while units are left': {
    harm: 'refusals broken',
    check: ({ products, purchases }) =>
      products.flatMap(({ name, mysql, isPlentiful, nextPurchase, opensAt, closesAt }) => {
        const refused = purchases.filter(({ soldOut }) => soldOut === mysql.product).length;
        const sentences = isPlentiful && refused > 0 ? [`${name}: ${refused} buyers got SoldOut`] : [];
        const now = Date.now();
        const expected =
          now < opensAt
            ? 'SaleNotOpen'
            : now > closesAt
              ? 'SaleClosed'
              : mysql.sold < mysql.total
                ? 'PurchaseConfirmed'
                : 'SoldOut';
        if (nextPurchase !== expected)
          sentences.push(`${name}: with ${mysql.total - mysql.sold} units left one more was ${nextPurchase}`);
        return sentences;
      }),
  },
  'a confirmed order exists with its content': {
    harm: 'lost',
    check: (evidence) =>
      evidence.purchases.flatMap((made) => {
        if (made.orderId === null) return [];
        const order = evidence.orders.get(made.orderId);
        if (!order)
          return isLossAllowed(evidence, made)
            ? []
            : [`the order ${made.orderId} was confirmed and is not there`];
        const [stored, confirmed] = [textOf(order.lines), textOf(made.confirmed ?? [])];
        const wanted = made.wanted ? textOf(made.wanted) : confirmed;
        return stored === confirmed && stored === wanted
          ? []
          : [`the order ${made.orderId} has ${stored}; confirmed was ${confirmed}, wanted ${wanted}`];
      }),
  },
  'one order for each key, and a key for each order': {
    harm: 'doubled',
    check: ({ purchases, orders }) => {
      const wanted = new Set(purchases.map(orderIdOf));
      // Faults and probes have users of their own.
      const users = new Set(purchases.map(({ userId }) => userId));
      return [
        ...purchases.flatMap((made) =>
          made.orderId === null || made.orderId === orderIdOf(made)
            ? []
            : [`the key ${made.key} was answered with the order ${made.orderId}`],
        ),
        ...[...orders].flatMap(([id, { userId }]) =>
          wanted.has(id) || !users.has(userId) ? [] : [`the order ${id} is of no key`],
        ),
      ];
    },
  },
  'a charge holds or is refunded, once': {
    harm: 'doubled',
    check: ({ orders, payments, charges, mayBeLost }) => {
      if (mayBeLost) return [];
      const isPaid = (status = '') => /^(PAID|SHIPPED|DELIVERED|RETURN_REQUESTED)$/.test(status);
      const keptBy = new Map<string, number>();
      const sentences = payments.flatMap(({ id, orderId }) => {
        const { charges: charged, refunds } = charges.get(id) ?? { charges: 0, refunds: 0 };
        keptBy.set(orderId, (keptBy.get(orderId) ?? 0) + charged - refunds);
        return charged > 1 || refunds > charged
          ? [`the payment ${id} was charged ${charged} times and refunded ${refunds} times`]
          : [];
      });
      for (const [id, { status }] of orders) {
        const kept = keptBy.get(id) ?? 0;
        if (kept !== (isPaid(status) ? 1 : 0))
          sentences.push(`the order ${id} is ${status}, and ${kept} charges of it are kept`);
      }
      return sentences;
    },
  },
  'final answers of a key agree': {
    harm: 'refusals broken',
    check: forEachKey((calls, evidence) => {
      const confirmed = calls.find(({ orderId }) => orderId !== null);
      if (!confirmed || isLossAllowed(evidence, confirmed)) return null;
      const refused = calls.find(
        (made) =>
          made.answer === 'PurchaseAbandoned' || (made.begunAt > confirmed.endedAt && isFinalRefusal(made)),
      );
      return refused ? `the key ${refused.key} was confirmed, and also ${refused.answer}` : null;
    }),
  },
  'no order for a key that was refused': {
    harm: 'refusals broken',
    check: forEachKey((calls, evidence) => {
      if (!evidence.orders.has(orderIdOf(calls[0]!))) return null;
      const lastBegin = Math.max(...calls.map(({ begunAt }) => begunAt));
      const refusal =
        calls.every(isDefiniteRefusal) ||
        calls.some((made) => made.begunAt === lastBegin && isFinalRefusal(made)) ||
        calls.some((made) => made.answer === 'PurchaseAbandoned' && !isLossAllowed(evidence, made));
      return refusal ? `the key ${calls[0]!.key} was refused and has an order` : null;
    }),
  },
  'no order, and no refusal for its time, outside the window': {
    harm: 'windows broken',
    check: (evidence) => {
      const windows = new Map(evidence.products.map((product) => [product.mysql.product, product]));
      return [...byKey(evidence.purchases).values()].flatMap((calls) => {
        const windowsOfKey = (calls.find(({ wanted }) => wanted)?.wanted ?? []).flatMap(
          ({ productId }) => windows.get(productId) ?? [],
        );
        const firstBegun = wallClock(Math.min(...calls.map(({ begunAt }) => begunAt)));
        return windowsOfKey.flatMap(({ name, opensAt, closesAt }) =>
          calls.flatMap(({ key, orderId, answer, begunAt, endedAt }) => {
            const [from, to] = [wallClock(begunAt), wallClock(endedAt)];
            const isWrong =
              (orderId !== null && (to < opensAt - CLOCKS_MS || firstBegun > closesAt + CLOCKS_MS)) ||
              (answer === 'SaleNotOpen' && windowsOfKey.length === 1 && from > opensAt + CLOCKS_MS) ||
              (answer === 'SaleClosed' && windowsOfKey.length === 1 && to < closesAt - CLOCKS_MS);
            return isWrong ? [`${name}: the key ${key} was ${answer}`] : [];
          }),
        );
      });
    },
  },
  [RULE_OF_TIME]: {
    harm: 'keys left open',
    check: forEachKey((calls) =>
      calls.some((made) => isFinalRefusal(made) || made.orderId !== null)
        ? null
        : `the key ${calls[0]!.key} is left with ${calls.at(-1)!.answer} after ${calls.length} attempts`,
    ),
  },
  'no answer is a fault of the code': {
    harm: 'faults of the code',
    check: ({ purchases, restocks, others }) =>
      [...purchases, ...restocks, ...others].flatMap(({ operation, answer, isFaultOfCode }) =>
        isFaultOfCode ? [`${operation} was answered with ${answer}`] : [],
      ),
  },
};

/** A rule that was broken so many times. */
export interface Breach {
  readonly harm: Harm;
  readonly times: number;
  /** With the first examples. */
  readonly sentence: string;
}

/** @param judgesTime false: only what holds at any speed */
export function findBreaches(evidence: Evidence, judgesTime = true): Breach[] {
  return Object.entries(RULES).flatMap(([rule, { harm, check }]) => {
    if (rule === RULE_OF_TIME && !judgesTime) return [];
    const found = check(evidence);
    if (found.length === 0) return [];
    const sentence = `"${rule}" is broken ${found.length} times: ${found.slice(0, 3).join('; ')}`;
    return [{ harm, times: found.length, sentence }];
  });
}

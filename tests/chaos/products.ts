import type { RandomNumbers } from '../harness/random-numbers.ts';
import { openSale, type Sale } from '../harness/shop.ts';
import type { ChaosSystem } from './chaos-system.ts';

const HOUR_MS = 3_600_000;
const PLENTY = 100_000;
/** When the products with a window of their own open and close, in milliseconds from now. */
const OPENS_IN_MS = 6_000;
const CLOSES_IN_MS = 9_000;

interface Kind {
  readonly name: string;
  readonly units: number;
  /** Of the purchases, in a hundred. */
  readonly share: number;
  readonly limit?: number;
  readonly opensInMs?: number;
  readonly closesInMs?: number;
  /** Nothing of it is cancelled, returned or restocked, so that it is sold out once and for all. */
  readonly isStill?: true;
}

const KINDS: readonly Kind[] = [
  { name: 'struck', units: PLENTY, share: 26 },
  { name: 'healthy', units: PLENTY, share: 15 },
  { name: 'other', units: PLENTY, share: 9 },
  { name: 'another', units: PLENTY, share: 9 },
  { name: 'limited', units: PLENTY, share: 10, limit: 3 },
  { name: 'scarce', units: 20, share: 14, limit: 2, isStill: true },
  { name: 'changing', units: 40, share: 8 },
  { name: 'opening', units: PLENTY, share: 4, opensInMs: OPENS_IN_MS },
  { name: 'closing', units: PLENTY, share: 4, closesInMs: CLOSES_IN_MS },
  { name: 'early', units: PLENTY, share: 1, opensInMs: HOUR_MS },
];

/** A product as it was put on sale. Instants are milliseconds since 1970. */
export interface OnSale {
  readonly id: string;
  readonly name: string;
  readonly units: number;
  /** Units that a buyer may hold; null without a limit. */
  readonly limit: number | null;
  readonly opensAt: number;
  readonly closesAt: number;
  /** Whether there are more units than can be sold. */
  readonly isPlentiful: boolean;
  readonly isStill: boolean;
}

/** What one round sells: each fault meets products of its own. */
export interface Products {
  /** Faults that concern one product concern this one. It has more units than can be sold. */
  readonly struck: string;
  /** The same, without a fault of its own. */
  readonly healthy: string;
  /** Has few units, and a limit for each buyer; nothing of it is cancelled. */
  readonly scarce: string;
  readonly all: readonly OnSale[];
  /** For the next purchase. */
  choose(random: RandomNumbers): OnSale;
}

export async function putOnSale({ stack }: ChaosSystem): Promise<Products> {
  const all = await Promise.all(
    KINDS.map(async ({ name, units, limit, opensInMs = -60_000, closesInMs = 2 * HOUR_MS, isStill }) => {
      const [opensAt, closesAt] = [Date.now() + opensInMs, Date.now() + closesInMs];
      const id = await openInTheEnd(stack, {
        name,
        units,
        opensAt: new Date(opensAt),
        closesAt: new Date(closesAt),
        ...(limit ? { purchaseLimit: limit } : {}),
      });
      const isPlentiful = units === PLENTY;
      return {
        id,
        name,
        units,
        limit: limit ?? null,
        opensAt,
        closesAt,
        isPlentiful,
        isStill: isStill === true,
      };
    }),
  );
  const idOf = (name: string) => all.find((product) => product.name === name)!.id;
  const shares = KINDS.flatMap(({ share }, i) => Array.from({ length: share }, () => all[i]!));
  return {
    struck: idOf('struck'),
    healthy: idOf('healthy'),
    scarce: idOf('scarce'),
    all,
    choose: (random) => shares[random(shares.length)]!,
  };
}

/** Processes that have just started may need longer for their first answers than callers wait. */
async function openInTheEnd(stack: ChaosSystem['stack'], sale: Sale, triesLeft = 5): Promise<string> {
  try {
    return await openSale(stack, sale);
  } catch (error) {
    if (triesLeft === 0) throw error;
    return openInTheEnd(stack, sale, triesLeft - 1);
  }
}

import type { RandomNumbers } from '../harness/random-numbers.ts';
import { openSale, type Sale } from '../harness/shop.ts';
import type { ChaosSystem } from './chaos-system.ts';

const PLENTY = 100_000;
const SCARCE_UNITS = 60;
const PURCHASE_LIMIT = 2;

/** What one experiment sells: each fault meets products of its own. */
export interface Products {
  /** Faults that concern one product concern this one. It has more units than can be sold. */
  readonly struck: string;
  /** The same, without a fault of its own. */
  readonly healthy: string;
  /** Has few units, and a limit for each buyer; nothing of it is cancelled. */
  readonly scarce: string;
  /** Of the three, for the next purchase. */
  choose(random: RandomNumbers): string;
}

export const SCARCE = { units: SCARCE_UNITS, purchaseLimit: PURCHASE_LIMIT };

export async function putOnSale({ stack }: ChaosSystem): Promise<Products> {
  const struck = await openInTheEnd(stack, { name: 'Struck', units: PLENTY });
  const healthy = await openInTheEnd(stack, { name: 'Healthy', units: PLENTY });
  const scarce = await openInTheEnd(stack, { name: 'Scarce', ...SCARCE });
  const choose = (random: RandomNumbers) => [struck, struck, healthy, scarce][random(4)]!;
  return { struck, healthy, scarce, choose };
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

import { setTimeout as sleep } from 'node:timers/promises';
import { operation } from '../operation.ts';
import { ShopClient } from '../seed/shop-client.ts';
import { seed } from '../seed.ts';
import { log } from './screen.ts';

/** Accounts of a demo shop. Never made in production. */
export const demoAccounts = {
  admin: { email: 'admin@firstcome.example', password: 'firstcome-admin' },
  buyer: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' },
} as const;

/** Each goes on where the one before ended. */
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/**
 * Fills an empty shop.
 *
 * @throws a sentence that says why it could not be filled
 */
export async function fillShop(graphqlUrl: string, dataDir: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await seed({ graphqlUrl, ...demoAccounts, dataDir, log });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (attempt === ATTEMPTS)
        throw new Error(
          `The demo data could not be made: ${reason.replace(/\.$/, '')}.\n` +
            'The next start goes on with it; npm start -- --no-demo starts without.',
          { cause: error },
        );
      await sleep(PAUSE_MS);
    }
  }
}

interface Nodes {
  readonly nodes: readonly { readonly id: string }[];
}

/** Products that can be bought now: the one of the first purchase, and any. */
export interface OnSale {
  readonly first: string | undefined;
  readonly any: string | undefined;
}

export async function findProductsOnSale(graphqlUrl: string, search: string): Promise<OnSale> {
  try {
    const { first, any } = await new ShopClient(graphqlUrl).execute<{ first: Nodes; any: Nodes }>(
      operation('OpenProduct'),
      { search },
    );
    return { first: first.nodes[0]?.id, any: any.nodes[0]?.id };
  } catch {
    return { first: undefined, any: undefined };
  }
}

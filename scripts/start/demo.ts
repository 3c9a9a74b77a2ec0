import { seed } from '../seed.ts';
import { say, warn } from './screen.ts';

/** Accounts of a demo shop. Never made in production. */
export const demoAccounts = {
  admin: { email: 'admin@firstcome.example', password: 'firstcome-admin' },
  buyer: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' },
} as const;

/** Fills an empty shop. One that cannot be filled is a shop all the same, so a failure is only shown. */
export async function fillShop(graphqlUrl: string, dataDir: string): Promise<void> {
  try {
    await seed({ graphqlUrl, ...demoAccounts, dataDir, log: say });
  } catch (error) {
    warn(`The demo data could not be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type OnSale = { data?: { products?: { nodes?: { id: string; status: string }[] } } };

/** The id of a product that can be bought now, or undefined. */
export async function findProductOnSale(graphqlUrl: string): Promise<string | undefined> {
  try {
    const answer = await fetch(graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ products(first: 20) { nodes { id name status } } }' }),
      signal: AbortSignal.timeout(5000),
    });
    const { data } = (await answer.json()) as OnSale;
    return data?.products?.nodes?.find((product) => product.status === 'OPEN')?.id;
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { DateTime } from '../../platform/graphql/scalars.ts';
import { bytesToUuid } from '../../platform/uuid.ts';
import { serveContract } from './subgraphs.ts';

/** One product of a test, and what its subgraphs would answer. */
export interface FakeProduct {
  status: 'UPCOMING' | 'OPEN' | 'CLOSED' | 'WITHDRAWN';
  opensAt: Date;
  closesAt: Date | null;
  purchaseLimit: number | null;
  stock: { total: number; sold: number; reserved: number; remaining: number; asOf: Date } | null;
}

/** A product and an order subgraph that answer what the test puts into `products`. */
export interface FakeShop {
  readonly products: Map<string, FakeProduct>;
  /** As in the environment of a router. */
  readonly urls: { readonly PRODUCT_URL: string; readonly ORDER_URL: string };
  /** How often stock was read. */
  readings(): number;
  /** How often a product was read. */
  productReadings(): number;
  close(): Promise<void>;
}

/** A product id that is the same for the same name. */
export const idOf = (name: string): string =>
  bytesToUuid(createHash('sha256').update(name).digest().subarray(0, 16));

export const onSale = (sold = 0, asOf = new Date()): FakeProduct => ({
  status: 'OPEN',
  opensAt: new Date('2026-01-01T00:00:00.000Z'),
  closesAt: null,
  purchaseLimit: null,
  stock: { total: 100, sold, reserved: 0, remaining: 100 - sold, asOf },
});

export async function openFakeShop(): Promise<FakeShop> {
  const products = new Map<string, FakeProduct>();
  let readings = 0;
  let productReadings = 0;
  const product = await serveContract('product', {
    DateTime,
    Query: {
      product: (_: unknown, { id }: { id: string }) => {
        productReadings += 1;
        return products.get(id) ?? null;
      },
      serverTime: () => new Date(),
    },
  });
  const order = await serveContract('order', {
    DateTime,
    Query: {
      stock: (_: unknown, { productId }: { productId: string }) => {
        readings += 1;
        return products.get(productId)?.stock ?? null;
      },
    },
  });
  return {
    products,
    urls: { PRODUCT_URL: `${product.url}/graphql`, ORDER_URL: `${order.url}/graphql` },
    readings: () => readings,
    productReadings: () => productReadings,
    close: async () => {
      await Promise.all([product.close(100), order.close(100)]);
    },
  };
}

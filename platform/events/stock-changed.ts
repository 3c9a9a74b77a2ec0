import { z } from 'zod';
import type { Event } from './event.ts';

const units = z.int();

const schema = z.object({
  productId: z.string(),
  total: units,
  sold: units,
  reserved: units,
  remaining: units,
  /** When the numbers were read; milliseconds since 1970. */
  asOf: z.number(),
});

/** The stock of a product after a change. The order subgraph publishes it, routers subscribe. */
export type StockChanged = z.infer<typeof schema>;

export const stockChanged: Event<StockChanged> = {
  name: 'stock-changes',
  schema,
  encode: (message) => JSON.stringify(message),
  decode: (text) => JSON.parse(text) as unknown,
};

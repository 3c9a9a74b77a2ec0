import { z } from 'zod';
import type { Logger } from '../../../platform/logger.ts';
import { subscribe } from '../../../platform/redis/subscription.ts';

const units = z.int();

const stockNews = z.object({
  productId: z.string(),
  total: units,
  sold: units,
  reserved: units,
  remaining: units,
  /** Milliseconds since 1970. */
  asOf: z.number(),
});

/** What an order subgraph publishes on the channel `<prefix>stock-changes`. */
export type StockNews = z.infer<typeof stockNews>;

export interface StockChangesOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly logger: Logger;
  readonly onNews: (news: StockNews) => void;
  /** Called when news may have gone past this process. */
  readonly onGap: () => void;
}

const PATIENCE_MS = 500;

/** One subscription for all clients of this process. It connects by itself, and again, for as long as it is not closed. */
export function subscribeToStockChanges({
  redisUrl,
  redisPrefix,
  logger,
  onNews,
  onGap,
}: StockChangesOptions): { close(): void } {
  return subscribe({
    url: redisUrl,
    commandTimeoutMs: PATIENCE_MS,
    channel: `${redisPrefix}stock-changes`,
    onMessage: (text) => {
      const news = stockNews.safeParse(parseJson(text));
      if (news.success) onNews(news.data);
      else logger.warn({ text: text.slice(0, 200) }, 'news of stock that cannot be read');
    },
    onGap,
    logger,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

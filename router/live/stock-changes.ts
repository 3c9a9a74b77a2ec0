import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { openRedis } from '../../platform/redis/client.ts';

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
  const redis = openRedis(
    { url: redisUrl, commandTimeoutMs: PATIENCE_MS, logger },
    { autoResubscribe: false },
  );
  redis.on('message', (_channel: string, text: string) => {
    const news = stockNews.safeParse(parseJson(text));
    if (news.success) onNews(news.data);
    else logger.warn({ text: text.slice(0, 200) }, 'news of stock that cannot be read');
  });
  redis.on('ready', () => {
    redis.subscribe(`${redisPrefix}stock-changes`).then(onGap, (error: unknown) => {
      logger.error({ err: error }, 'could not subscribe to changes of stock');
      redis.disconnect(true);
    });
  });
  redis.connect().catch(() => undefined);
  return { close: () => redis.disconnect() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

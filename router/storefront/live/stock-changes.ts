import { channelOf, parseEvent } from '../../../platform/events/event.ts';
import { stockChanged, type StockChanged } from '../../../platform/events/stock-changed.ts';
import type { Logger } from '../../../platform/logger.ts';
import { subscribe } from '../../../platform/redis/subscription.ts';

export interface StockChangesOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly logger: Logger;
  readonly onNews: (news: StockChanged) => void;
  /** Called when messages may have been missed. */
  readonly onGap: () => void;
}

const TIMEOUT_MS = 500;

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
    commandTimeoutMs: TIMEOUT_MS,
    channel: channelOf(stockChanged, redisPrefix),
    onMessage: (text) => {
      const news = parseEvent(stockChanged, text);
      if (news) onNews(news);
      else logger.warn({ text: text.slice(0, 200) }, 'a stock message cannot be read');
    },
    onGap,
    logger,
  });
}

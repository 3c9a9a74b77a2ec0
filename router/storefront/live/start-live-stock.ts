import { runPeriodically } from '../../../platform/lifecycle/periodic-job.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { RouterConfig } from '../../config.ts';
import type { Gateway } from '../../schema/gateway.ts';
import type { EdgeHandler } from '../../edge-middleware.ts';
import type { RateLimits } from '../../request/rate-limits/rate-limits.ts';
import { LiveClients } from './live-clients.ts';
import { liveEndpoint } from './live-endpoint.ts';
import { LiveProducts } from './live-products.ts';
import { createLiveReader } from './live-reader.ts';
import { createServerClock } from './server-clock.ts';
import { subscribeToStockChanges } from './stock-changes.ts';

/** How old the terms of a sale may be, and the numbers of a product whose news did not arrive; milliseconds. */
const REFRESH_EVERY = 10_000;
/** Products that may be watched at once: in all, and from one network. */
const MAX_PRODUCTS = { all: 2_000, perNetwork: 200 } as const;

/** Of the places for streams, unless set otherwise: many clients may sit behind one address. */
const SHARE_OF_ONE_NETWORK = 0.75;

export interface LiveStockStreams {
  readonly handler: EdgeHandler;
  /** Ends every stream, so that its client goes elsewhere. */
  end(): void;
  /** Closes what the streams stand on. */
  close(): Promise<void>;
}

/** Stock and sale status as server-sent events: read through the gateway, kept up to date by what the order subgraphs announce. */
export function startLiveStock(
  config: RouterConfig,
  gateway: Pick<Gateway, 'execute'>,
  rates: Pick<RateLimits, 'countCost'>,
  logger: Logger,
): LiveStockStreams {
  const clock = createServerClock();
  const products = new LiveProducts({
    read: createLiveReader({ gateway, clock, timeoutMs: config.SUBGRAPH_TIMEOUT, logger }),
    clock,
    maxProducts: MAX_PRODUCTS,
    logger,
  });
  const clients = new LiveClients({
    clients: config.MAX_LIVE_CLIENTS,
    clientsPerNetwork:
      config.MAX_LIVE_CLIENTS_PER_ADDRESS ?? Math.ceil(config.MAX_LIVE_CLIENTS * SHARE_OF_ONE_NETWORK),
  });
  const changes = subscribeToStockChanges({
    redisUrl: config.REDIS_URL,
    redisPrefix: config.REDIS_PREFIX,
    logger,
    onNews: (news) => products.onStockChanged(news),
    onGap: () => void products.refresh(),
  });
  const refreshing = runPeriodically('live-stock', REFRESH_EVERY, () => products.refresh(), logger);

  return {
    handler: liveEndpoint({ products, clients, rates }),
    end: () => clients.end(),
    close: async () => {
      clients.end();
      changes.close();
      await refreshing.stop();
      products.close();
    },
  };
}

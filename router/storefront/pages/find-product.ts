import { createHash, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ConcurrencyLimit } from '../../../platform/concurrency/concurrency-limit.ts';
import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { clientKeyOf } from '../../../platform/rate-limit/client-key.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import type { Gateway } from '../../schema/gateway.ts';
import { ownOperation } from '../../operation/planned-operation.ts';
import type { RateLimits } from '../../request/rate-limits/rate-limits.ts';
import type { RequestContext } from '../../request/request-context.ts';

/**
 * Whether there is a product of this id.
 *
 * @param productId a UUID in lower case
 * @param client that the look-up is charged to
 * @returns null where that is not known: the subgraph does not answer in time, or the limits of the network are used up
 */
export type FindProduct = (productId: string, client: Client) => Promise<boolean | null>;

type Client = Pick<RequestContext, 'clientAddress' | 'clientNetwork'>;

export interface FindProductOptions {
  readonly gateway: Pick<Gateway, 'execute'>;
  readonly rates: Pick<RateLimits, 'countCost'>;
  readonly logger: Logger;
}

const SOURCE = 'query PageOfProduct($id: ID!) { product(id: $id) { __typename } }';

/** Units of cost: planned once, a look-up takes less than 1 ms of CPU time of router and subgraph. */
const COST = 50;
/** The page does not wait for longer: its own script reads the product. Milliseconds. */
const TIMEOUT_MS = 1_000;
/** Look-ups at a time. Fair between networks: unknown ids from one of them do not delay the pages of another. */
const LOOK_UPS = { running: 20, runningPerKey: 10, waiting: 1_000, timeoutMs: TIMEOUT_MS };
/** Products stay; what is no product may become one. Milliseconds. */
const KNOWN = { max: 20_000 };
const ABSENT = { max: 10_000, ttl: 2_000 };

/** Reads through the gateway, as a client would. Request deduplication: equal look-ups share one read, and a product that exists is not read again. */
export function createFindProduct({ gateway, rates, logger }: FindProductOptions): FindProduct {
  const operation = ownOperation(SOURCE, createHash('sha256').update(SOURCE).digest('base64url'));
  const known = new LRUCache<string, true>(KNOWN);
  const absent = new LRUCache<string, true>(ABSENT);
  const underWay = new Map<string, Promise<boolean | null>>();
  const limit = new ConcurrencyLimit(LOOK_UPS);

  return (productId, client) => {
    if (known.has(productId)) return Promise.resolve(true);
    if (absent.has(productId)) return Promise.resolve(false);
    let lookUp = underWay.get(productId);
    if (!lookUp) {
      lookUp = load(productId, client)
        .catch((error: unknown) => {
          // A refusal of a limit or of the subgraph says nothing about the product.
          if (!(error instanceof Fault)) logger.warn({ err: error }, 'a product could not be read');
          return null;
        })
        .finally(() => underWay.delete(productId));
      underWay.set(productId, lookUp);
    }
    return withTimeout(TIMEOUT_MS, lookUp, () => null);
  };

  async function load(productId: string, client: Client): Promise<boolean | null> {
    await rates.countCost(COST, null, client.clientNetwork);
    const { data, errors } = await limit.run(client.clientNetwork, () => execute(productId, client));
    if (errors?.[0] || !data) return null;
    const isThere = data['product'] !== null;
    (isThere ? known : absent).set(productId, true);
    return isThere;
  }

  function execute(id: string, { clientAddress, clientNetwork }: Client) {
    const requestId = randomUUID();
    const identity = { caller: null, requestId, remainingMs: TIMEOUT_MS, clientAddress };
    return gateway.execute(
      operation,
      { id },
      {
        identity,
        clientKey: clientKeyOf({ caller: null, clientAddress: clientNetwork }),
        deadline: Date.now() + TIMEOUT_MS,
        logger: logger.child({ requestId }),
      },
    );
  }
}

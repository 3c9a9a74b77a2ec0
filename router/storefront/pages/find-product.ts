import { createHash, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { FairConcurrencyLimit } from '../../../platform/concurrency/fair-concurrency-limit.ts';
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
 * @param client that the look is charged to
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

/** Units of cost: planned once, a look takes less than 1 ms of CPU time of router and subgraph. */
const COST = 50;
/** The page does not wait for longer: it finds out by itself. Milliseconds. */
const PATIENCE_MS = 1_000;
/** Looks at a time. Fair between networks: unknown ids from one of them do not delay the pages of another. */
const LOOKS = { running: 20, runningPerKey: 10, waiting: 1_000, timeoutMs: PATIENCE_MS };
/** Products stay; what is no product may become one. Milliseconds. */
const KNOWN = { max: 20_000 };
const ABSENT = { max: 10_000, ttl: 2_000 };

/** Looks as any client would, through the gateway; once for all who ask meanwhile, and not again for a product that is there. */
export function createFindProduct({ gateway, rates, logger }: FindProductOptions): FindProduct {
  const operation = ownOperation(SOURCE, createHash('sha256').update(SOURCE).digest('base64url'));
  const known = new LRUCache<string, true>(KNOWN);
  const absent = new LRUCache<string, true>(ABSENT);
  const underWay = new Map<string, Promise<boolean | null>>();
  const limit = new FairConcurrencyLimit(LOOKS);

  return (productId, client) => {
    if (known.has(productId)) return Promise.resolve(true);
    if (absent.has(productId)) return Promise.resolve(false);
    let looking = underWay.get(productId);
    if (!looking) {
      looking = look(productId, client)
        .catch((error: unknown) => {
          // A refusal of a limit or of the subgraph says nothing about the product.
          if (!(error instanceof Fault)) logger.warn({ err: error }, 'a product could not be looked for');
          return null;
        })
        .finally(() => underWay.delete(productId));
      underWay.set(productId, looking);
    }
    return withTimeout(PATIENCE_MS, looking, () => null);
  };

  async function look(productId: string, client: Client): Promise<boolean | null> {
    await rates.countCost(COST, null, client.clientNetwork);
    const { data, errors } = await limit.run(client.clientNetwork, () => ask(productId, client));
    if (errors?.[0] || !data) return null;
    const isThere = data['product'] !== null;
    (isThere ? known : absent).set(productId, true);
    return isThere;
  }

  function ask(id: string, { clientAddress, clientNetwork }: Client) {
    const requestId = randomUUID();
    const identity = { caller: null, requestId, patienceMs: PATIENCE_MS, clientAddress };
    return gateway.execute(
      operation,
      { id },
      {
        identity,
        clientKey: clientKeyOf({ caller: null, clientAddress: clientNetwork }),
        deadline: Date.now() + PATIENCE_MS,
        logger: logger.child({ requestId }),
      },
    );
  }
}

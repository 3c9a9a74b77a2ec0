import { Fault } from '../../../platform/errors.ts';
import type { HttpRequest } from '../../../platform/http/types.ts';
import { parseUuid } from '../../../platform/uuid.ts';
import type { EdgeHandler } from '../../edge-middleware.ts';
import { preflightReply } from '../../request/cors.ts';
import type { RateLimits } from '../../request/rate-limits/rate-limits.ts';
import { LiveClient } from './live-client.ts';
import type { LiveClients } from './live-clients.ts';
import type { LiveProduct } from './live-product.ts';
import type { LiveProducts } from './live-products.ts';

export interface LiveEndpointOptions {
  readonly products: LiveProducts;
  readonly clients: LiveClients;
  readonly rates: Pick<RateLimits, 'countCost'>;
}

/** Units of cost: of each product of a stream, and of each that has to be read, which takes some 1 to 2 ms of CPU time. */
const COST = { product: 1, reading: 100 };
/** Products of one stream, at the most. */
const MAX_PRODUCTS = 20;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx buffers responses unless this header turns that off.
  'x-accel-buffering': 'no',
};

/** `GET /live/stock?productId=…`: server-sent events. A request is refused before the stream begins. */
export function liveEndpoint({ products, clients, rates }: LiveEndpointOptions): EdgeHandler {
  return async (request, { clientNetwork }) => {
    if (request.method === 'OPTIONS') return preflightReply;
    if (request.method !== 'GET') throw new Fault('METHOD_NOT_ALLOWED');
    const ids = readProductIds(request.query);

    const readings = ids.filter((id) => !products.isAtHand(id)).length;
    await rates.countCost(ids.length * COST.product + readings * COST.reading, null, clientNetwork);
    const place = clients.enter(clientNetwork);
    const leaving: (() => void)[] = [() => place.leave()];
    const leave = () => {
      for (const step of leaving.splice(0)) step();
    };
    try {
      const watched = await watchAll(products, ids, clientNetwork, leaving);
      place.assertKept();
      whenGone(request, leave);
      return {
        status: 200,
        headers: STREAM_HEADERS,
        stream: (out) => {
          const client = new LiveClient(out, watched, lastEventId(request));
          out.once('close', leave);
          // Whatever goes wrong with the connection also closes it.
          out.on('error', () => undefined);
          client.start();
          leaving.push(() => watched.forEach((product) => product.leave(client)));
          place.begin(client);
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  };
}

/** @returns each once, however it is spelled @throws {Fault} BAD_REQUEST */
function readProductIds(query: string): string[] {
  const given = new URLSearchParams(query).getAll('productId');
  const read = given.map(parseUuid);
  const ids = [...new Set(read.filter((id) => id !== null))];
  if (ids.length === 0 || ids.length > MAX_PRODUCTS || read.includes(null)) {
    throw new Fault(
      'BAD_REQUEST',
      `Name 1 to ${MAX_PRODUCTS} products by their ids: ?productId=…&productId=…`,
    );
  }
  return ids;
}

/** @param leaving gets what undoes each watch, also of those that were begun before another one failed */
async function watchAll(
  products: LiveProducts,
  ids: readonly string[],
  network: string,
  leaving: (() => void)[],
): Promise<LiveProduct[]> {
  const results = await Promise.allSettled(
    ids.map(async (id) => {
      const product = await products.watch(id, network);
      leaving.push(() => products.leave(id, network));
      return product;
    }),
  );
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** A client may go away before its stream has begun. */
function whenGone({ gone }: HttpRequest, leave: () => void): void {
  if (gone.aborted) leave();
  else gone.addEventListener('abort', leave, { once: true });
}

function lastEventId({ headers }: HttpRequest): string | undefined {
  const given = headers['last-event-id'];
  return typeof given === 'string' ? given : undefined;
}

import { Agent } from 'undici';
import { newKey } from '../../harness/shop.ts';
import { PURCHASE } from '../operations.ts';

/** The load: which product, and with which tokens. */
export interface ExtraLoad {
  readonly routers: readonly string[];
  readonly productId: string;
  readonly tokens: readonly string[];
}

/** Closed-loop callers, which measure the capacity of the system; and for how long. */
const MEASURING = 64;
const MEASURED_MS = 2_000;
const TIMES = 10;
const MOST_IN_FLIGHT = 4_000;
/** Time-out of a client, in milliseconds. */
const GIVES_UP_MS = 3_000;
const TICK_MS = 20;

/**
 * A separate process, so that it does not delay the clients of the experiment. It first purchases in a closed loop, and then
 * sends ten times as many purchases a second, in an open model. It sends `begun` at that moment, and exits with its parent.
 */
process.once('message', (load: ExtraLoad) => void press(load));
process.on('disconnect', () => process.exit(0));

async function press({ routers, productId, tokens }: ExtraLoad): Promise<void> {
  const agent = new Agent({ connections: null });
  let turn = 0;
  const buy = async () => {
    const i = turn++;
    const response = await agent.request({
      origin: routers[i % routers.length]!,
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[i % tokens.length]}` },
      body: JSON.stringify({
        query: PURCHASE,
        variables: { input: { productId, quantity: 1, idempotencyKey: newKey() } },
      }),
      signal: AbortSignal.timeout(GIVES_UP_MS),
    });
    await response.body.dump();
  };

  const until = performance.now() + MEASURED_MS;
  const waitForEach = async () => {
    while (performance.now() < until) await buy().catch(() => undefined);
  };
  await Promise.all(Array.from({ length: MEASURING }, waitForEach));
  const perTick = Math.ceil((TIMES * turn * TICK_MS) / MEASURED_MS);

  let inFlight = 0;
  setInterval(() => {
    for (let i = 0; i < perTick && inFlight < MOST_IN_FLIGHT; i++) {
      inFlight++;
      void buy()
        .catch(() => undefined)
        .finally(() => inFlight--);
    }
  }, TICK_MS);
  process.send!('begun');
}

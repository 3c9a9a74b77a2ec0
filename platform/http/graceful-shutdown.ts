import type { Server } from 'node:http';
import { setImmediate as afterPolling, setTimeout as sleep } from 'node:timers/promises';
import type { Connections } from './connections.ts';
import { stopListening, type Listening } from './listen.ts';

/** Long enough for a busy connection to carry one more response, in milliseconds. */
const QUIET_MS = 250;
/** The longest wait for clients that keep sending requests, in milliseconds. */
const LONGEST_DRAIN_MS = 3_000;
const POLL_EVERY_MS = 25;
/** Clients whose response was sent just before the pause have connected again when none has for so long, in milliseconds. */
const SETTLED_MS = 50;
/** Other clients may connect all the time. */
const LONGEST_SETTLE_MS = 250;
/** Responses are paused meanwhile, so that clients open no further connections; a busy machine needs the time. */
const LONGEST_ACCEPT_MS = 1_000;

/**
 * Graceful shutdown of a server whose responses carry `connection: close` from now on, so that no request is lost:
 *
 * - at first it still accepts connections: clients that were about to connect get a response with `connection: close`;
 * - then it closes the listening sockets and drains the open connections until they are quiet. A connection that appears idle may have a
 *   request on its way, a new one above all, and destroying it would leave the outcome of that request unknown;
 * - then it closes the connections without a request in progress, and refuses requests that have not arrived completely;
 * - requests in progress are completed, for at most `timeoutMs`; the remaining connections are destroyed.
 */
export async function shutDownGracefully(
  server: Server,
  { listeners, endArrivals }: Listening,
  connections: Connections,
  timeoutMs: number,
): Promise<void> {
  if (connections.size > 0) await sleep(QUIET_MS);
  const closed = Promise.all(listeners.map((one) => new Promise((resolve) => one.once('close', resolve))));
  const destroy = setTimeout(() => connections.destroy(), timeoutMs);
  const deadline = performance.now() + Math.min(timeoutMs, LONGEST_DRAIN_MS);

  // Clients reconnect as soon as they receive `connection: close`.
  const resume = connections.pauseResponses();
  await acceptBacklog(connections);
  stopListening(listeners);
  await endArrivals?.();
  resume();
  const isQuiet = () =>
    !connections.isInProgress && !connections.awaitsFirstRequest && connections.quietMs >= QUIET_MS;
  while (!isQuiet() && performance.now() < deadline) await sleep(POLL_EVERY_MS);
  await afterPolling();
  connections.drain();

  await closed;
  while (connections.size > 0) await sleep(POLL_EVERY_MS);
  clearTimeout(destroy);
  server.close();
}

/**
 * The close resets connections in the accept backlog of the kernel, of which each turn of the event loop accepts one, and one that arrives
 * between the last turn and the close: it comes at a moment at which clients do not connect.
 */
export async function acceptBacklog(connections: { readonly accepted: number }): Promise<void> {
  const untilNoneArrives = async (during: () => Promise<unknown>, longestMs: number) => {
    const deadline = performance.now() + longestMs;
    let accepted: number;
    do {
      accepted = connections.accepted;
      await during();
    } while (connections.accepted > accepted && performance.now() < deadline);
  };
  if (connections.accepted > 0) await untilNoneArrives(() => sleep(SETTLED_MS), LONGEST_SETTLE_MS);
  await untilNoneArrives(() => afterPolling(), LONGEST_ACCEPT_MS);
}

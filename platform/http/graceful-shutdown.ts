import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPolling, setTimeout as sleep } from 'node:timers/promises';
import type { Connections } from './connections.ts';

/** Long enough for a busy connection to carry one more answer, in milliseconds. */
const FAREWELL_MS = 250;
/** Of a client that goes on and on, no more is waited for than this. */
const LONGEST_FAREWELL_MS = 3_000;
const LOOK_EVERY_MS = 25;
/** Clients get no answer meanwhile, so they open no further connections, and a busy machine needs the time. */
const LONGEST_ACCEPT_MS = 1_000;

/**
 * Ends a server whose answers say `connection: close` from now on, so that no request is lost to the end:
 *
 * - at first it still accepts: whoever was about to connect is answered, and told;
 * - then it accepts nothing new, but keeps the connections that it has until they are quiet. One that looks idle may have a
 *   request on its way, and cutting it would leave open whether that was heard;
 * - then it ends the connections on which nothing is under way, and refuses what has not arrived by then;
 * - what is under way is answered, for at most `patienceMs`; what is left is cut.
 *
 * @param listeners all that accept connections for the server, itself included
 */
export async function shutDownGracefully(
  server: Server,
  listeners: readonly NetServer[],
  connections: Connections,
  patienceMs: number,
): Promise<void> {
  if (connections.size > 0) await sleep(FAREWELL_MS);
  const closed = Promise.all(listeners.map((one) => new Promise((resolve) => one.once('close', resolve))));
  const cut = setTimeout(() => connections.cut(), patienceMs);
  const deadline = performance.now() + Math.min(patienceMs, LONGEST_FAREWELL_MS);

  // Whoever is told that its connection ends comes back with another one at once.
  const letGo = connections.holdAnswers();
  await acceptWhoeverWaits(connections);
  // That of `http.Server` would cut idle connections as well, and answers that are being taken.
  for (const listener of listeners) NetServer.prototype.close.call(listener);
  letGo();
  const isQuiet = () => !connections.isAtWork && connections.quietMs >= FAREWELL_MS;
  while (!isQuiet() && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
  await afterPolling();
  connections.sayFarewell();

  await closed;
  clearTimeout(cut);
  server.close();
}

/** What the kernel still holds is reset by the close, and of the connections that wait there each turn of the loop accepts one. */
async function acceptWhoeverWaits(connections: Connections): Promise<void> {
  const deadline = performance.now() + LONGEST_ACCEPT_MS;
  let accepted: number;
  do {
    accepted = connections.accepted;
    await afterPolling();
  } while (connections.accepted > accepted && performance.now() < deadline);
}

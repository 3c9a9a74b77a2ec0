import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPolling, setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a busy connection to carry one more answer, in milliseconds. */
const FAREWELL_MS = 250;
/** Of a client that goes on and on, no more is waited for than this. */
const LONGEST_FAREWELL_MS = 3_000;
const LOOK_EVERY_MS = 25;

/** What a server works on, and when it was last asked. */
export class Traffic {
  #underWay = 0;
  #arrivedAt = Number.NEGATIVE_INFINITY;

  begin(): void {
    this.#underWay++;
    this.#arrivedAt = performance.now();
  }

  end(): void {
    this.#underWay--;
  }

  /** Nothing is under way, and whoever was going to ask once more has done so. */
  get isQuiet(): boolean {
    return this.#underWay === 0 && performance.now() - this.#arrivedAt >= FAREWELL_MS;
  }
}

/**
 * Ends a server whose answers say `connection: close` from now on, so that no request is lost to the end:
 *
 * - at first it still accepts: whoever was about to connect is answered, and told;
 * - then it accepts nothing new, but keeps the connections that it has until they are quiet. One that looks idle may have a
 *   request on its way, and cutting it would leave open whether that was heard;
 * - what is under way is answered, for at most `patienceMs`; what is left is cut.
 */
export async function endOrderly(server: Server, traffic: Traffic, patienceMs: number): Promise<void> {
  if (await hasConnections(server)) await sleep(FAREWELL_MS);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
  const deadline = performance.now() + Math.min(patienceMs, LONGEST_FAREWELL_MS);

  // Not before everything that has arrived was read: what the kernel still holds is reset by the close.
  await afterPolling();
  // That of `http.Server` would cut idle connections as well.
  NetServer.prototype.close.call(server);
  while (!traffic.isQuiet && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
  await afterPolling();
  server.close();

  await closed;
  clearTimeout(cut);
}

const hasConnections = (server: Server): Promise<boolean> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(!error && count > 0)));

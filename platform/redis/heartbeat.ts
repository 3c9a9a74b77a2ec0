import type { Socket } from 'node:net';
import { Cluster, type Redis as SingleRedis } from 'ioredis';

/** How often a connection is looked at, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A connection on which this many looks in a row find nothing received is destroyed. */
const SILENT_LOOKS = 4;

/**
 * Destroys connections to a server that has gone without closing them, as when its machine loses power, so that new ones are opened.
 * A connection that has received nothing since the last look is sent a PING, also while it is subscribed; four seconds without a byte
 * end it. Looks are counted, not time: a process that was frozen itself finds the answers that arrived meanwhile before it
 * concludes anything. A connection that is busy costs nothing more than the look.
 *
 * It begins with the connection, before the handshake, which may get no answer either.
 */
export function endSilentConnections(redis: SingleRedis | Cluster): void {
  if (redis instanceof Cluster) {
    redis.on('+node', (node: SingleRedis) => watch(node));
  } else {
    watch(redis);
  }
}

function watch(redis: SingleRedis): void {
  redis.on('connect', () => {
    const { stream } = redis as unknown as { readonly stream: Socket };
    let received = stream.bytesRead;
    let silentLooks = 0;
    const looks = setInterval(() => {
      if (stream.bytesRead !== received) {
        received = stream.bytesRead;
        silentLooks = 0;
        return;
      }
      silentLooks++;
      if (silentLooks >= SILENT_LOOKS) stream.destroy(new Error('Redis has been silent for too long'));
      // Its answer is a sign of life whatever it says, and whether or not it comes within the deadline of a command.
      else if (redis.status === 'ready') redis.ping().catch(() => undefined);
    }, LOOK_EVERY_MS);
    looks.unref();
    stream.once('close', () => clearInterval(looks));
  });
}

import type { Socket } from 'node:net';
import { Cluster, type Redis as SingleRedis } from 'ioredis';

/** How often a connection is checked, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A connection is destroyed after this many checks in a row without a received byte. */
const SILENT_LOOKS = 4;

/**
 * Destroys connections to a server that has gone without closing them, as when its machine loses power, so that new ones are opened.
 * A connection that has received nothing since the last check is sent a PING, also while it is subscribed; four seconds without a byte
 * end it. Checks are counted, not time, so that a process that was frozen itself reads the responses that arrived meanwhile before it
 * closes the connection. A busy connection costs no more than the check.
 *
 * It begins with the connection, before the handshake, which may get no response either.
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
    const checks = setInterval(() => {
      if (stream.bytesRead !== received) {
        received = stream.bytesRead;
        silentLooks = 0;
        return;
      }
      silentLooks++;
      if (silentLooks >= SILENT_LOOKS) stream.destroy(new Error('Redis has been silent for too long'));
      // Any response is a sign of life, also an error, and also after the timeout of a command.
      else if (redis.status === 'ready') redis.ping().catch(() => undefined);
    }, LOOK_EVERY_MS);
    checks.unref();
    stream.once('close', () => clearInterval(checks));
  });
}

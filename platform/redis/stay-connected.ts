import type { Redis as SingleRedis } from 'ioredis';

/**
 * Lets a client of Sentinels connect again when it has ended although no code of this process disconnected it. ioredis 5 ends a
 * client for good when the Sentinels report a fail-over while it looks for the master with them.
 *
 * @param pauseMs before it connects again, by the number of the attempt
 */
export function stayConnected(redis: SingleRedis, pauseMs: (attempt: number) => number): void {
  let isDisconnected = false;
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    isDisconnected ||= !reconnect;
    disconnect(reconnect);
  };
  const connect = () => {
    if (!isDisconnected) redis.connect().catch(() => undefined);
  };
  redis.on('end', () => {
    if (!isDisconnected) setTimeout(connect, pauseMs(1));
  });
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Listening } from '../../platform/http/listen.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** Set in the environment of a worker. */
export const WORKER = 'FIRSTCOME_ROUTER_WORKER';

const KILL_AFTER_MS = 10_000;

const say = (message: ToPrimary): void => void process.send!(message);

/**
 * This process stops when the primary says so, and when the primary has ended.
 *
 * @returns called when the process is ready, which the primary is then informed of: from now on it stops by a graceful shutdown
 */
export function followPrimary(): () => void {
  let isReady = false;
  const stop = () => (isReady ? process.kill(process.pid, 'SIGTERM') : process.exit(0));
  process.on('message', (message: ToWorker) => message === 'stop' && stop());
  process.once('disconnect', () => {
    stop();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS).unref();
  });
  return () => {
    isReady = true;
    // A second one must not end the process before it is done.
    process.on('SIGTERM', () => undefined);
    say('ready');
  };
}

/** Connections come from the primary, which has the port. */
export function arrivalsFromPrimary(port: number): (server: Server) => Promise<Listening> {
  return async (server) => {
    let closed!: () => void;
    const untilClosed = new Promise<void>((resolve) => (closed = resolve));
    process.on('message', (message: ToWorker, socket?: Socket) => {
      if (message === 'closed') closed();
      if (message !== 'connection') return;
      say('received');
      // The client may have closed it on the way.
      if (socket) server.emit('connection', asAccepted(socket));
    });
    process.once('disconnect', closed);
    // Node begins to watch for requests that do not arrive in time.
    server.emit('listening');
    return {
      port,
      listeners: [],
      endArrivals: async () => {
        if (process.connected) say('paused');
        await untilClosed;
      },
    };
  };
}

/** With what an HTTP server gives a socket that it has accepted itself. */
function asAccepted(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  return socket.setNoDelay(true);
}

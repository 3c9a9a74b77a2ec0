import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection on which the test chooses what is sent, and when. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that came. */
  readonly said: string;
  readonly isClosed: boolean;
}

/**
 * Opened when this returns, with `bytes` on their way; closed when the test is done.
 *
 * @param from the address that the server sees: any of 127.0.0.0/8, each a network of its own
 */
export async function openConnection(url: string, bytes = '', from?: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/[[\]]/g, '');
  const socketOptions = { host, port: Number(port), ...(from ? { localAddress: from } : {}) };
  const connection = { socket: connect(socketOptions), said: '', isClosed: false };
  const { socket } = connection;
  onTestFinished(() => void socket.destroy());
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (connection.said += text));
  socket.on('error', () => undefined);
  socket.on('close', () => (connection.isClosed = true));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  if (bytes !== '') socket.write(bytes);
  return connection;
}

/** The statuses of the answers that came, in their order. */
export const statusesIn = (said: string): number[] =>
  [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

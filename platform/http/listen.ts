import { createServer, Server, type AddressInfo, type ServerOpts, type Socket } from 'node:net';
import { ConfigurationError } from '../config/configuration-error.ts';

/** Both addresses of the name, because a client that resolves it may try one of them only. */
const LOCALHOST = ['127.0.0.1', '::1'] as const;

/** Connections that the kernel accepts while the process is busy. */
const BACKLOG = 4_096;

/** On a machine without IPv6 the name has one address. */
const NOT_HERE: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/** Why it is not possible, by the system's code. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process, or another setting of this one, has this port',
  EADDRNOTAVAIL: 'this machine does not have the address (HOST)',
  EACCES: 'this account may not listen there',
  ENOTFOUND: 'the name (HOST) is not known',
};

export interface Listening {
  readonly port: number;
  /** All that accept connections for the server, itself included. */
  readonly listeners: readonly Server[];
  /** Where connections come from elsewhere: resolves once no more of them will. */
  readonly endArrivals?: () => Promise<void>;
}

const USUAL = { allowHalfOpen: true, noDelay: true };

/**
 * Listens at an address, and for `localhost` at each loopback address of this machine, on the same port.
 *
 * @param port 0: any free port
 * @param options of the server, for the one that listens at the second address
 * @throws {ConfigurationError} one sentence, with the code of the system, such as EADDRINUSE; nothing listens then
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  options: ServerOpts = USUAL,
): Promise<Listening> {
  try {
    return await listenAtEach(server, host, port, options);
  } catch (error) {
    const { code = 'no code' } = error as NodeJS.ErrnoException;
    const problem = PROBLEMS[code] ?? 'the system refuses it';
    throw new ConfigurationError(`It is not possible to listen at ${host}:${port}: ${problem} (${code}).`);
  }
}

/** Accepts no more; the connections stay. `close` of `http.Server` would destroy idle ones, and responses that are being delivered. */
export function stopListening(listeners: readonly Server[]): void {
  for (const listener of listeners) Server.prototype.close.call(listener);
}

async function listenAtEach(
  server: Server,
  host: string,
  port: number,
  options: ServerOpts,
): Promise<Listening> {
  if (host !== 'localhost') {
    await listenAt(server, host, port);
    return { port: portOf(server), listeners: [server] };
  }
  const [first, second] = LOCALHOST;
  await listenAt(server, first, port);
  const other = createServer(options, (socket: Socket) => server.emit('connection', socket));
  try {
    await listenAt(other, second, portOf(server));
    return { port: portOf(server), listeners: [server, other] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A free port of one address may be taken at the other.
    if (NOT_HERE.has(code) || (port === 0 && code === 'EADDRINUSE'))
      return { port: portOf(server), listeners: [server] };
    server.close();
    throw error;
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { ConfigurationError } from '../config/configuration-error.ts';
import { tlsProblemOf } from '../tls-problem.ts';
import { parseRedisUrl, type RedisNode, type RedisTls } from './redis-url.ts';

const TIMEOUT_MS = 2_000;

/**
 * At the start of a process: whether server and client accept each other's certificates. Without it a client with a wrong certificate
 * would try again for ever, as with a server that is down. A server that does not respond is not its concern.
 *
 * @throws {ConfigurationError} when TLS is refused by every node that responds
 */
export async function assertRedisTls(url: string): Promise<void> {
  const { nodes, tls } = parseRedisUrl(url);
  if (!tls) return;
  const problems = await Promise.all(nodes.map((node) => problemOf(node, tls)));
  const problem = problems.find((one) => one !== null);
  if (problem && !problems.includes(null))
    throw new ConfigurationError(`REDIS_URL is not acceptable: ${problem}.`);
}

/** @returns null where TLS was accepted, or the node does not respond */
async function problemOf(node: RedisNode, tls: RedisTls): Promise<string | null> {
  let socket: TLSSocket;
  try {
    socket = connect({ ...node, ...tls, timeout: TIMEOUT_MS });
  } catch (error) {
    // Files that do not fit each other.
    const problem = tlsProblemOf(error);
    if (problem === null) throw error;
    return problem;
  }
  socket.on('timeout', () => socket.destroy());
  // With TLS 1.3 a server refuses the client's certificate only after the handshake, so a response is awaited.
  socket.on('secureConnect', () => socket.write('PING\r\n'));
  try {
    await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    return null;
  } catch (error) {
    return tlsProblemOf(error);
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

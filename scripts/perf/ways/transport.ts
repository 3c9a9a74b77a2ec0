import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { cpuOf, medians } from './measure.ts';

const REQUESTS = 4_000;
const BODY = JSON.stringify({ text: 'x'.repeat(700) });

/**
 * A request and its response over loopback TCP, and over a Unix socket: CPU microseconds of both ends, which run in this process, so that waking another one is
 * not counted.
 *
 * @param atOnce requests in progress, each on its own connection
 */
export async function compareTransport(rounds: number, atOnce: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'firstcome-ways-'));
  const socketPath = join(folder, 'socket');
  const servers = ['tcp', 'unix'].map(() =>
    createServer((req, res) => {
      req.resume().on('end', () => res.end(BODY));
    }),
  );
  const [tcp, unix] = servers;
  await new Promise<void>((done) => tcp!.listen(0, '127.0.0.1', done));
  await new Promise<void>((done) => unix!.listen(socketPath, done));
  const { port } = tcp!.address() as { readonly port: number };
  const clients = (options: object) =>
    Array.from({ length: atOnce }, () => new Client(`http://127.0.0.1:${port}`, options));
  const groups = { 'loopback TCP': clients({}), 'Unix socket': clients({ socketPath }) };
  try {
    return await medians(
      rounds,
      Object.fromEntries(
        Object.entries(groups).map(([name, group]) => [name, () => cpuOf(REQUESTS, () => send(group))]),
      ),
    );
  } finally {
    await Promise.all(
      Object.values(groups)
        .flat()
        .map((client) => client.close()),
    );
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  }
}

async function send(clients: readonly Client[]): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 0; i < REQUESTS / clients.length; i++) {
        const { body } = await client.request({ method: 'POST', path: '/', body: BODY });
        await body.dump();
      }
    }),
  );
}

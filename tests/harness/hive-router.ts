import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hiveRouterConfiguration } from '../../scripts/bench/systems/hive-router-configuration.ts';
import { freePort } from '../../scripts/stores/free-port.ts';
import type { Stack } from './stack.ts';
import { waitUntil } from './wait-until.ts';

const SUPERGRAPH = fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url));

/** Another federation router before the same subgraphs: the Rust router of The Guild, as a program. */
export class HiveRouter {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /** With the supergraph as it is committed. @param program the path of it */
  static async start(program: string, stack: Stack): Promise<HiveRouter> {
    const folder = await mkdtemp(join(tmpdir(), 'firstcome-hive-'));
    const port = await freePort();
    const file = join(folder, 'router.config.yaml');
    await writeFile(file, configuration(port, stack));
    const child = spawn(program, [], {
      cwd: folder,
      env: { HIVE_CONFIG_FILE_PATH: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => log.push(data.toString()));
    const router = new HiveRouter(`http://127.0.0.1:${port}`, child, folder);
    try {
      await waitUntil('the other router to be ready', async () => {
        if (child.exitCode !== null) throw new Error(`It ended:\n${log.join('')}`);
        return fetch(`${router.url}/readiness`).then(
          ({ ok }) => ok,
          () => false,
        );
      });
      return router;
    } catch (error) {
      await router.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const configuration = (port: number, { user, product, order }: Stack): string =>
  hiveRouterConfiguration({
    port,
    supergraph: SUPERGRAPH,
    subgraphs: {
      user: `${user[0]!.url}/graphql`,
      product: `${product[0]!.url}/graphql`,
      order: `${order[0]!.url}/graphql`,
    },
    jwksUrl: `${user[0]!.url}/.well-known/jwks.json`,
    headers: ['authorization', 'x-request-id'],
  });

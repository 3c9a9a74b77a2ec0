import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { Pool } from 'undici';

/** Of `/proc/<pid>/stat`: Linux counts CPU time in hundredths of a second. */
const TICK_US = 10_000;

/** A router of some checkout. */
export class RouterProcess {
  readonly #child: ChildProcess;
  readonly #pool: Pool;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    this.#pool = new Pool(url, { connections: 64 });
  }

  /** @throws when it ends before it is ready */
  static async start(folder: string, environment: NodeJS.ProcessEnv): Promise<RouterProcess> {
    const child = spawn(process.execPath, ['--enable-source-maps', join(folder, 'dist/router/main.js')], {
      cwd: folder,
      env: { ...process.env, ...environment, PORT: '0', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`The router of ${folder} did not start.`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('"msg":"ready"')) resolve((JSON.parse(line) as { url: string }).url);
      });
    });
    return new RouterProcess(child, url);
  }

  /** CPU time so far, in microseconds, of the program and of the system for it. */
  get cpuUs(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  }

  async post(body: string, token: string): Promise<string> {
    const response = await this.#pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
    return response.body.text();
  }

  async stop(): Promise<void> {
    await this.#pool.close();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

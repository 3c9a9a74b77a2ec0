import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { recording } from '../answers/recording.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** An `npm start`, as it is built: with private stores, subgraphs and a router. */
export class Start {
  readonly #child: ChildProcess;
  /** All that it has printed. */
  screen = '';
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;

  constructor(environment: NodeJS.ProcessEnv, ...args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', 'dist/scripts/start.js', ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...recording(), ...environment },
      // With a channel, as `bootstrap.mjs` runs it.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (data: Buffer) => (this.screen += data.toString()));
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}

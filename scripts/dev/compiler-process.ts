import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CompilerMessage, SchemaGenerated } from './compiler.ts';

const PROGRAM = fileURLToPath(new URL('./compiler.js', import.meta.url));

/** The process that compiles at every edit. It ends with this process, also when that is killed. */
export class Compiler {
  readonly #child: ChildProcess;
  #isStopping = false;

  constructor(root: string, onMessage: (message: CompilerMessage) => void) {
    this.#child = fork(PROGRAM, {
      cwd: root,
      // Ctrl-C in the terminal reaches the parent alone, which stops everything in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: CompilerMessage) => {
      if (!this.#isStopping) onMessage(message);
    });
    this.#child.once('exit', (code, signal) => {
      if (this.#isStopping) return;
      const text = `The compiler has ended (${signal ?? `exit code ${code}`}): start npm run dev again.`;
      onMessage({ kind: 'failed', text, runs: false });
    });
  }

  /** What is generated from these schemas is up to date. */
  schemaGenerated(files: readonly string[]): void {
    const message: SchemaGenerated = { files };
    if (this.#child.connected) this.#child.send(message);
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NODE_FLAGS, SERVICE_PROGRAMS, type ServiceName } from '../../scripts/start/service-programs.ts';
import { recording } from '../answers/recording.ts';
import { ROOT } from './root.ts';

export type { ServiceName };

export interface ServiceOptions {
  /** Descriptors that the process may have open. */
  readonly maxOpenFiles?: number;
  /** Called with every line that it logs. */
  readonly onLine?: (line: string) => void;
  /** Of a checkout that is built; this one, when left out. */
  readonly folder?: string;
}

/** One process of the system, as it is built and as it is run. */
export class Service {
  readonly name: ServiceName;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;
  url = '';

  private constructor(
    name: ServiceName,
    environment: NodeJS.ProcessEnv,
    { maxOpenFiles, onLine = () => undefined, folder }: ServiceOptions,
  ) {
    this.name = name;
    this.#onLine = onLine;
    const limit = maxOpenFiles === undefined ? '' : `ulimit -n ${maxOpenFiles}; `;
    const command = [process.execPath, ...NODE_FLAGS, `dist/${SERVICE_PROGRAMS[name]}`];
    this.#child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], {
      cwd: folder ?? ROOT,
      env: { PATH: process.env['PATH'], ...recording(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr!.on('data', (data: Buffer) => this.#lines.push(data.toString()));
  }

  /** Resolves once it serves. @throws with the last of its log when it ends before that */
  static async start(
    name: ServiceName,
    environment: NodeJS.ProcessEnv,
    options: ServiceOptions = {},
  ): Promise<Service> {
    const service = new Service(name, environment, options);
    await service.#ready();
    return service;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves with how the process ended. */
  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const force = setTimeout(() => this.signal('SIGKILL'), 15_000);
    await this.ended();
    clearTimeout(force);
  }

  /** The log so far, a line of JSON each. */
  get log(): string {
    return this.#lines.join('\n');
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout! }).on('line', (line) => {
        this.#lines.push(line);
        this.#onLine(line);
        if (this.url === '' && line.includes('"msg":"ready"')) {
          this.url = (JSON.parse(line) as { url: string }).url;
          resolve();
        }
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        reject(
          new Error(
            `${this.name} ended (${code ?? signal}) before it was ready:\n${this.#lines.slice(-20).join('\n')}`,
          ),
        );
      });
    });
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** Of `/proc/<pid>/stat`: Linux counts CPU time in hundredths of a second. */
const TICK_US = 10_000;
const KIB_TO_A_MIB = 1_024;

/** A router of some checkout. */
export class RouterProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
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

  /** Resident memory, now and at the most so far, in MiB. */
  get memoryMiB(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
    const [now, peak] = ['VmRSS', 'VmHWM'].map((name) =>
      Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / KIB_TO_A_MIB),
    );
    return { now: now!, peak: peak! };
  }

  /** Requests on it are not answered any more. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface EndedScript {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface RunningScript {
  readonly process: ChildProcess;
  readonly ended: Promise<EndedScript>;
}

/** One of scripts/perf/, as it is built. */
export function beginPerfScript(
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunningScript {
  const child = spawn(process.execPath, [join('dist/scripts/perf', script), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<EndedScript>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  return { process: child, ended };
}

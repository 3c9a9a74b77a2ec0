import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Teardown } from '../../start/teardown.ts';
import { inherited } from './own-settings.ts';

export interface Child {
  readonly pid: number;
  /** What follows the word `ready` in its first line of that kind: where it listens. */
  readonly ready: string;
}

export interface ChildOptions {
  /** For sentences about it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws with the end of what it printed when it ends before it is ready */
export async function startChild(options: ChildOptions, teardown: Teardown): Promise<Child> {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...inherited(), NODE_ENV: 'production', ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (text: string) => (output = (output + text).slice(-2_000));
  child.stderr!.on('data', (chunk: Buffer) => keep(chunk.toString()));
  const ended = once(child, 'exit');
  await teardown.add(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const ready = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${options.name} did not start:\n${output}`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      keep(`${line}\n`);
      if (line.startsWith('ready')) resolve(line.slice('ready'.length).trim());
    });
  });
  return { pid: child.pid!, ready };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInformative, readLine } from '../../start/log-lines.ts';
import type { Teardown } from '../../start/teardown.ts';
import { inherited } from './own-settings.ts';

export interface Child {
  readonly pid: number;
  /** What follows the word `ready` in its first line of that kind: where it listens. Empty with `readyUrl`. */
  readonly ready: string;
}

export interface ChildOptions {
  /** For sentences about it. */
  readonly name: string;
  /** Node, unless it is given. */
  readonly command?: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Answers 200 once it is ready; without it, a line that begins with `ready` says so. */
  readonly readyUrl?: string;
}

const READY_WITHIN_MS = 240_000;
/** A router of ours first answers what is under way, and the stores end after it. */
const KILL_AFTER_MS = 30_000;

/** @throws a sentence, and below it the end of what it printed, when it cannot be started or ends before it is ready */
export async function startChild(options: ChildOptions, teardown: Teardown): Promise<Child> {
  const child = spawn(options.command ?? process.execPath, options.args, {
    cwd: options.cwd,
    env: { ...inherited(), NODE_ENV: 'production', ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (text: string) => (output = (output + text).slice(-2_000));
  child.stderr!.on('data', (chunk: Buffer) => keep(chunk.toString()));
  // One that cannot be started has no exit.
  const ended = new Promise<unknown>((resolve) => child.once('exit', resolve).once('error', resolve));
  await teardown.add(async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await ended;
    clearTimeout(timer);
  });
  const ready = await new Promise<string>((resolve, reject) => {
    const fail = (how: string) =>
      reject(new Error(`${options.name} did not start: ${reasonIn(output) ?? how}\n${output}`.trimEnd()));
    setTimeout(() => fail('it was not ready in time'), READY_WITHIN_MS).unref();
    child.once('error', ({ message }) => fail(message));
    // Not at its exit: the end of what it printed may come later.
    child.once('close', (code, signal) => fail(`it ended (${code ?? signal})`));
    if (options.readyUrl !== undefined)
      void untilOk(options.readyUrl, child).then((isReady) => {
        if (isReady) resolve('');
      });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      keep(`${line}\n`);
      if (options.readyUrl === undefined && line.startsWith('ready'))
        resolve(line.slice('ready'.length).trim());
    });
  });
  return { pid: child.pid!, ready };
}

/** The line that names the error, of what a program printed before it ended: the last one where there is none. */
function reasonIn(output: string): string | undefined {
  const lines = output.split('\n').map((line) => readLine(line).text.trimEnd());
  const informative = lines.filter((line) => line !== '' && isInformative(line));
  return informative.findLast((line) => /^\w*Error\b/.test(line)) ?? informative.at(-1);
}

/** @returns false when the process ends before that */
async function untilOk(url: string, child: ChildProcess): Promise<boolean> {
  const isOk = () =>
    fetch(url).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
  while (child.exitCode === null && child.signalCode === null) {
    if (await isOk()) return true;
    await sleep(200);
  }
  return false;
}

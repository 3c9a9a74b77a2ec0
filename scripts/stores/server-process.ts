import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How a server ended: its exit code, or the signal that ended it. */
type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** A store that runs as a private child of this process. */
export type RunningServer = {
  /** With user and password, as MYSQL_URL or REDIS_URL take it. */
  url: string;
  /** On 127.0.0.1. */
  port: number;
  /** Of the server itself, for tests that inspect or kill it. */
  pid: number;
  /** SIGTERM, and SIGKILL for a server that has not ended ten seconds later. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Sends the server a signal; does nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the server has ended, for whatever reason. Never rejects. */
  exited: Promise<Exit>;
};

/** A child whose life is tied to this process by a watchdog. */
export type ServerProcess = Pick<RunningServer, 'pid' | 'stop' | 'signal' | 'exited'> & {
  watchdogPid: number;
};

type WatchdogMessage = { pid: number } | { error: string } | Exit;

const watchdog = fileURLToPath(new URL('./watchdog.mjs', import.meta.url));
const readyWithinMs = 60_000;
const killAfterMs = 10_000;

/**
 * Starts a server under a watchdog, its output going to `logFile`, and waits until it runs (not: until it answers).
 * Throws when the binary cannot be run.
 */
export async function spawnServer(
  binary: string,
  args: readonly string[],
  logFile: string,
): Promise<ServerProcess> {
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [watchdog, binary, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);

  let ended: Exit | undefined;
  const exited = exitOf(child).then((exit) => (ended = exit));
  const pid = await pidOf(child);
  void exited.then(() => {
    // A watchdog that was killed can no longer end its server, so this process does, which has the id.
    if (child.signalCode !== null) kill(pid, 'SIGKILL');
  });

  const signal = (name: NodeJS.Signals) => {
    if (ended === undefined) kill(pid, name);
  };
  const stop = async () => {
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), killAfterMs);
    await exited;
    clearTimeout(timer);
  };
  return { pid, watchdogPid: child.pid ?? pid, signal, stop, exited };
}

/**
 * Waits until `query` succeeds: a real query, with the password. Throws with the end of the server's own log when the
 * server ends first, or does not answer within a minute; in both cases nothing is left running.
 */
export async function untilReady(
  name: string,
  server: ServerProcess,
  query: () => Promise<void>,
  logFile: string,
): Promise<void> {
  let exit: Exit | undefined;
  void server.exited.then((how) => (exit = how));
  const giveUpAt = Date.now() + readyWithinMs;
  let refusal = '';
  while (exit === undefined && Date.now() < giveUpAt) {
    try {
      await query();
      return;
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
      await Promise.race([sleep(50), server.exited]);
    }
  }
  const what = exit
    ? `ended while starting (${describeExit(exit)})`
    : `did not answer within ${readyWithinMs / 1000} s (${refusal})`;
  await server.stop();
  throw new Error(`${name} ${what}. Its log ends:\n${tailOf(logFile)}`);
}

/** "exit code 1" or "SIGKILL". */
export function describeExit(exit: Exit): string {
  return exit.signal ?? `exit code ${exit.code ?? 'unknown'}`;
}

/** The last eight lines of a log, indented; empty for a log that is not there. */
function tailOf(logFile: string): string {
  try {
    const text = readFileSync(logFile, 'utf8').trimEnd().split('\n');
    return text.slice(-8).join('\n').replace(/^/gm, '  ');
  } catch {
    return '';
  }
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (message: WatchdogMessage) => {
      if ('pid' in message) resolve(message.pid);
      if ('error' in message) reject(new Error(message.error));
    });
    child.on('exit', () => reject(new Error('The watchdog of a server ended before the server ran.')));
  });
}

/** How the server ended, as the watchdog reports it, or, if that was killed, how the watchdog ended. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.on('message', (message: WatchdogMessage) => {
      if ('code' in message) resolve(message);
    });
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', () => resolve({ code: null, signal: null }));
  });
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

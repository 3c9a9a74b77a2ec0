import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isTelling, LogReader, readLine } from './log-lines.ts';
import { warn } from './screen.ts';

/** One of the processes that make up the supergraph. */
export type Service = {
  name: string;
  /** Compiled file, relative to this project's root. */
  main: string;
  /** Where this machine reaches it. */
  url: string;
  env: NodeJS.ProcessEnv;
  /** Its output goes there. */
  logFile: string;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
const endWithParent = new URL('./end-with-parent.mjs', import.meta.url).href;
const readyWithinMs = 90_000;
const killAfterMs = 10_000;
/** Of those that were logged within half a second. */
const mostWarnings = 3;
const mostBackoffMs = 10_000;
/** One that ran this long had recovered: the next crash is a new story. */
const healthyAfterMs = 60_000;

/** Runs a service, shows its warnings, and starts it again when it crashes after it was once ready. */
export class ServiceProcess {
  readonly #service: Service;
  readonly #log: LogReader;
  #lastLines: string[] = [];
  readonly #watch: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #crashes = 0;

  constructor(service: Service) {
    this.#service = service;
    keepPreviousLog(service.logFile);
    closeSync(openSync(service.logFile, 'a'));
    this.#log = new LogReader(service.logFile);
    this.#watch = setInterval(() => this.#readLog(), 500);
  }

  /**
   * Resolves when the service is ready. Throws the last lines of its log when it ends before that, or is not ready in
   * time: a start that fails is not tried again.
   */
  async start(): Promise<void> {
    const ended = this.#spawn();
    const result = await Promise.race([this.#untilReady(), ended]);
    if (result !== 'ready') throw new Error(this.#obituary('did not start', result));
    void ended.then((how) => this.#onEnd(how, Date.now()));
  }

  /** SIGTERM, and SIGKILL for one that has not ended ten seconds later. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#watch);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#isStopping = true;
    this.#child?.kill('SIGKILL');
  }

  /** Resolves, with how, when the process has ended. */
  #spawn(): Promise<string> {
    const { main, env, logFile } = this.#service;
    const log = openSync(logFile, 'a');
    this.#lastLines = [];
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', endWithParent, main], {
      cwd: root,
      env,
      // Not in the terminal's process group: Ctrl-C would end all at once, and the router is to stop first.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
    });
  }

  /** "ready", or why not. */
  async #untilReady(): Promise<string> {
    const child = this.#child;
    const giveUpAt = Date.now() + readyWithinMs;
    while (Date.now() < giveUpAt && child === this.#child && !this.#isStopping) {
      if (await answersReady(this.#service.url)) return 'ready';
      await sleep(150);
    }
    return `not ready after ${readyWithinMs / 1000} s`;
  }

  /** After a crash: says so, waits a little longer each time, and starts it again. */
  async #onEnd(how: string, readySince: number): Promise<void> {
    if (this.#isStopping) return;
    this.#crashes = Date.now() - readySince > healthyAfterMs ? 1 : this.#crashes + 1;
    const backoffMs = Math.min(2 ** (this.#crashes - 1) * 1000, mostBackoffMs);
    warn(`${this.#obituary('has ended', how)}\n            It starts again in ${backoffMs / 1000} s.`);
    await sleep(backoffMs);
    if (this.#isStopping) return;

    const ended = this.#spawn();
    void ended.then((nextHow) => this.#onEnd(nextHow, since));
    let since = Number.POSITIVE_INFINITY;
    if ((await Promise.race([this.#untilReady(), ended])) === 'ready') {
      since = Date.now();
      warn(`${this.#service.name} is back.`);
    }
  }

  #obituary(what: string, how: string): string {
    this.#readLog();
    const lines = this.#lastLines.map((line) => `\n            ${line}`).join('');
    return `${this.#service.name} ${what} (${how}).${lines}`;
  }

  #readLog(): void {
    const lines = this.#log.readNew().map(readLine);
    this.#lastLines = [...this.#lastLines, ...lines.map((line) => line.text).filter(isTelling)].slice(-6);
    if (this.#isStopping) return;
    const warnings = new Set(lines.filter((line) => line.isWarning).map((line) => line.text));
    for (const text of [...warnings].slice(0, mostWarnings)) warn(`${this.#service.name}: ${text}`);
    if (warnings.size > mostWarnings) warn(`${this.#service.name}: more in ${this.#service.logFile}`);
  }
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/ready`, {
      signal: AbortSignal.timeout(3000),
    });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** One earlier run is kept for whoever wonders what happened. */
function keepPreviousLog(logFile: string): void {
  if (existsSync(logFile)) renameSync(logFile, logFile.replace(/\.log$/, '.previous.log'));
}

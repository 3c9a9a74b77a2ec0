import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isInformative, LogReader, readLine } from './log-lines.ts';
import { warn } from './screen.ts';
import { END_WITH_PARENT, NODE_FLAGS, type ServiceName } from './service-programs.ts';

/** One of the processes that make up the supergraph. */
export type Service = {
  /** Of this process; `kind` and a number where it is not the first of its service. */
  name: string;
  kind: ServiceName;
  /** Compiled file, relative to this project's root. */
  main: string;
  /** Where this machine reaches it. */
  url: string;
  env: NodeJS.ProcessEnv;
  /** Its output goes there. */
  logFile: string;
};

export interface ServiceProcessOptions {
  /** Called with what the service logs, in place of its warnings on the screen. */
  readonly onLines?: (service: string, lines: readonly string[]) => void;
  /** How often the log is read. */
  readonly readLogEveryMs?: number;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readyWithinMs = 90_000;
const killAfterMs = 10_000;
/** Of those that were logged within half a second. */
const mostWarnings = 3;
const mostBackoffMs = 10_000;
/** One that ran this long had recovered: the next crash starts the backoff anew. */
const healthyAfterMs = 60_000;

/** Runs a service, shows its warnings, and starts it again when it crashes after it was once ready. */
export class ServiceProcess {
  readonly #service: Service;
  readonly #onLines: ServiceProcessOptions['onLines'];
  readonly #log: LogReader;
  #lastLines: string[] = [];
  readonly #watch: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  /** The process that is to end: its exit is no crash. */
  #stopped: ChildProcess | undefined;
  #isStopping = false;
  #crashes = 0;

  constructor(service: Service, { onLines, readLogEveryMs = 500 }: ServiceProcessOptions = {}) {
    this.#service = service;
    this.#onLines = onLines;
    keepPreviousLog(service.logFile);
    closeSync(openSync(service.logFile, 'a'));
    this.#log = new LogReader(service.logFile);
    this.#watch = setInterval(() => this.#readLog(), readLogEveryMs);
  }

  /**
   * Resolves when the service is ready. Throws the last lines of its log when it ends before that, or is not ready in
   * time: a start that fails is not tried again.
   */
  async start(): Promise<void> {
    const { child, ended } = this.#spawn();
    const result = await Promise.race([this.#untilReady(), ended]);
    if (result !== 'ready') throw new Error(this.#exitReport('did not start', result));
    void ended.then((how) => this.#onEnd(child, how, Date.now()));
  }

  /**
   * Stops the process and starts another one in its place. Throws as `start` does; then nothing runs until the next call. Calls must
   * not overlap.
   */
  async restart(): Promise<void> {
    await this.#stopChild();
    if (!this.#isStopping) await this.start();
  }

  /** SIGTERM, and SIGKILL for one that has not ended ten seconds later. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#watch);
    await this.#stopChild();
  }

  kill(): void {
    this.#isStopping = true;
    this.#child?.kill('SIGKILL');
  }

  async #stopChild(): Promise<void> {
    const child = this.#child;
    this.#stopped = child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await ended;
    clearTimeout(timer);
  }

  /** `ended` resolves, with how, when the process has ended. */
  #spawn(): { child: ChildProcess; ended: Promise<string> } {
    const { main, env, logFile } = this.#service;
    const log = openSync(logFile, 'a');
    this.#lastLines = [];
    const child = spawn(process.execPath, [...NODE_FLAGS, '--import', END_WITH_PARENT, main], {
      cwd: root,
      env,
      // Not in the terminal's process group: Ctrl-C would end all at once, and the router is to stop first.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
    });
    return { child, ended };
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

  /** After a crash: reports it, waits a little longer each time, and starts the service again. */
  async #onEnd(ended: ChildProcess, how: string, readySince: number): Promise<void> {
    if (this.#isStopping || this.#stopped === ended) return;
    this.#crashes = Date.now() - readySince > healthyAfterMs ? 1 : this.#crashes + 1;
    const backoffMs = Math.min(2 ** (this.#crashes - 1) * 1000, mostBackoffMs);
    warn(`${this.#exitReport('has ended', how)}\n            It starts again in ${backoffMs / 1000} s.`);
    await sleep(backoffMs);
    // It was stopped or restarted meanwhile.
    if (this.#isStopping || this.#stopped === ended) return;

    const next = this.#spawn();
    void next.ended.then((nextHow) => this.#onEnd(next.child, nextHow, since));
    let since = Number.POSITIVE_INFINITY;
    if ((await Promise.race([this.#untilReady(), next.ended])) === 'ready') {
      since = Date.now();
      warn(`${this.#service.name} is back.`);
    }
  }

  #exitReport(what: string, how: string): string {
    this.#readLog();
    const lines = this.#lastLines.map((line) => `\n            ${line}`).join('');
    return `${this.#service.name} ${what} (${how}).${lines}`;
  }

  #readLog(): void {
    const texts = this.#log.readNew();
    const lines = texts.map(readLine);
    this.#lastLines = [...this.#lastLines, ...lines.map((line) => line.text).filter(isInformative)].slice(-6);
    if (this.#onLines !== undefined) return this.#onLines(this.#service.name, texts);
    if (this.#isStopping) return;
    const warnings = new Set(lines.filter((line) => line.isWarning).map((line) => line.text));
    for (const text of [...warnings].slice(0, mostWarnings)) warn(`${this.#service.name}: ${text}`);
    if (warnings.size > mostWarnings) warn(`${this.#service.name}: more in ${this.#service.logFile}`);
  }
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, {
      signal: AbortSignal.timeout(3000),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** One earlier run is kept, to find out later what happened. */
function keepPreviousLog(logFile: string): void {
  if (existsSync(logFile)) renameSync(logFile, logFile.replace(/\.log$/, '.previous.log'));
}

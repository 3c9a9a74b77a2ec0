import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FaultyLine, TcpProxy } from './tcp-proxy.ts';

/** As it was compiled: a process of its own runs no TypeScript. */
const MAIN = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/tests/')
      ? './proxy-process-main.js'
      : '../../dist/tests/harness/proxy-process-main.js',
    import.meta.url,
  ),
);

/** From the parent: a method of the proxy with its arguments. */
export type ProxyCommand = {
  [Name in Remote]: readonly [name: Name, ...args: Parameters<TcpProxy[Name]>];
}[Remote];

type Remote = 'nextWith' | 'leadTo' | 'silence' | 'passNew';

/**
 * A `TcpProxy` in a process of its own, so that load in this process does not delay the proxied connections. Commands take effect in the
 * order of the calls, within a millisecond or so.
 */
export class ProxyProcess implements FaultyLine {
  readonly #target: { host: string; port: number };
  #child: ChildProcess | null = null;

  constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  /** @param port a free one, when left out. @throws when the process ends before it listens */
  async start(port = 0): Promise<number> {
    const { host, port: targetPort } = this.#target;
    this.#child = fork(MAIN, [host, String(targetPort), String(port)], {
      execArgv: [],
      // Patterns are among the arguments.
      serialization: 'advanced',
    });
    const [listening] = (await Promise.race([
      once(this.#child, 'message'),
      once(this.#child, 'exit').then(() => Promise.reject(new Error('The proxy ended before it listened.'))),
    ])) as [number];
    return listening;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  nextWith(...args: Parameters<TcpProxy['nextWith']>): void {
    this.#send(['nextWith', ...args]);
  }

  leadTo(...args: Parameters<TcpProxy['leadTo']>): void {
    this.#send(['leadTo', ...args]);
  }

  silence(...args: Parameters<TcpProxy['silence']>): void {
    this.#send(['silence', ...args]);
  }

  passNew(): void {
    this.#send(['passNew']);
  }

  #send(command: ProxyCommand): void {
    if (this.#child?.connected) this.#child.send([...command]);
  }
}

import type { LookupFunction } from 'node:net';
import { isIPv6 } from 'node:net';
import { Client, Pool } from 'undici';
import type { Logger } from '../logger.ts';
import type { Target } from './discovery.ts';
import { DeadlineExceeded, httpPost, type PostResponse, type PostRequest } from './http-post.ts';

const CONNECT_TIMEOUT_MS = 1_000;
const READY_PATIENCE_MS = 1_500;
/** A caller with less patience than this says nothing about the instance when it gives up. */
const TELLING_SILENCE_MS = 1_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;

export interface InstanceOptions {
  /** Connections to each instance, at the most. */
  readonly connectionsEach: number;
  /** Whether the service has `/health/ready`: otherwise any answer below 500 means that an instance is there. */
  readonly hasReadiness: boolean;
  readonly logger?: Logger | undefined;
}

/**
 * One instance of a service, and what is known of its health. It is judged by what becomes of the requests to it: one that
 * refuses, breaks off, says nothing at all, or says that it is ending is left out for a while that grows each time, until
 * its `/health/ready` says yes.
 */
export class Instance {
  readonly #target: Target;
  readonly #logger: Logger | undefined;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #hasReadiness: boolean;
  #outstanding = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #isOut = false;
  #nextCheck: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Of the process that last refused an identity that did not name it; null until then. */
  id: string | null = null;

  constructor(target: Target, { connectionsEach, hasReadiness, logger }: InstanceOptions) {
    this.#target = target;
    this.#hasReadiness = hasReadiness;
    this.#path = target.url.pathname + target.url.search;
    this.#logger = logger;
    this.#pool = new Pool(target.url.origin, {
      connections: connectionsEach,
      // Shorter than the server's, so that a connection is never used in the moment in which the server ends it.
      keepAliveTimeout: 30_000,
      connect: connectTo(target),
    });
  }

  /** Requests under way. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Left out: to be asked only where there is no other. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /**
   * @param patienceMs from now on, in milliseconds
   * @throws {DeadlineExceeded}, or as undici does; see `wasSent`
   */
  async ask(question: Omit<PostRequest, 'path'>, patienceMs: number): Promise<PostResponse> {
    const askedAt = performance.now();
    this.#outstanding++;
    try {
      const answer = await httpPost(this.#pool, { path: this.#path, ...question }, patienceMs);
      this.#answeredAt = performance.now();
      if (answer.isLast) this.#leaveOut('it is ending');
      else this.#trustAgain();
      return answer;
    } catch (error) {
      if (this.#isToBlame(error, askedAt)) this.#leaveOut(error);
      throw error;
    } finally {
      this.#outstanding--;
    }
  }

  /** Asks `/health/ready` on a connection of its own. @throws unless the instance says that it is ready */
  async assertReady(): Promise<void> {
    const client = new Client(this.#target.url.origin, { connect: connectTo(this.#target) });
    try {
      const signal = AbortSignal.timeout(READY_PATIENCE_MS);
      const response = await client.request({ method: 'GET', path: '/health/ready', signal });
      await response.body.dump();
      const { statusCode } = response;
      const isReady = this.#hasReadiness ? statusCode === 200 : statusCode < 500;
      if (!isReady) throw new Error(`/health/ready answered ${statusCode}.`);
    } finally {
      await client.destroy();
    }
  }

  /** Left out from now until its first check, which is at once: an instance may have a name before it serves. */
  checkFirst(): void {
    this.#isOut = true;
    this.#checkIn(0);
  }

  /** Takes nothing new; resolves when what is under way has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#nextCheck);
    await this.#pool.close();
  }

  #isToBlame(error: unknown, askedAt: number): boolean {
    if (CLOSED_BY_US.has(codeOf(error))) return false;
    if (!(error instanceof DeadlineExceeded)) return true;
    return performance.now() - askedAt >= TELLING_SILENCE_MS && this.#answeredAt < askedAt;
  }

  #leaveOut(reason: unknown): void {
    if (this.#isOut || this.#isClosed) return;
    this.#isOut = true;
    this.#logger?.warn({ ...this.#name, reason: textOf(reason) }, 'an instance is left out');
    this.#checkIn(backoffMs(++this.#failures));
  }

  #checkIn(ms: number): void {
    this.#nextCheck = setTimeout(() => void this.#check(), ms);
    this.#nextCheck.unref();
  }

  async #check(): Promise<void> {
    try {
      await this.assertReady();
      this.#letIn();
    } catch {
      if (this.#isOut && !this.#isClosed) this.#checkIn(backoffMs(++this.#failures));
    }
  }

  #letIn(): void {
    if (!this.#isOut) return;
    this.#isOut = false;
    clearTimeout(this.#nextCheck);
    this.#logger?.info(this.#name, 'an instance is asked again');
  }

  /** Only an answer makes the next wait short again: what is ready may still fail at every request. */
  #trustAgain(): void {
    this.#failures = 0;
    this.#letIn();
  }

  get #name() {
    return { url: this.#target.url.href, address: this.#target.address };
  }
}

/** Goes to one address of the name; the Host header and the name in TLS stay those of the URL. */
function connectTo({ address }: Target) {
  const family = isIPv6(address) ? 6 : 4;
  const lookup: LookupFunction = (_hostname, { all }, found) =>
    all ? found(null, [{ address, family }]) : found(null, address, family);
  return { lookup, timeout: CONNECT_TIMEOUT_MS };
}

const CLOSED_BY_US = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** Every answer came from another process, each of which refused the identity as not signed for it: nothing was done. */
export class Misdirected extends Error {
  override readonly name = 'Misdirected';

  constructor() {
    super(
      'One address of the subgraph leads to several of its processes: give each an address of its own, or set IDENTITY_PER_INSTANCE=off there.',
    );
  }
}

/**
 * Whether the request may have been accepted: anything of it that left this process counts, unless it was refused as misdirected.
 * The codes are undici's, and the system's for `connect`.
 */
export function wasSent(error: unknown): boolean {
  if (error instanceof Misdirected) return false;
  if (error instanceof DeadlineExceeded) return error.wasSent;
  if (CLOSED_BY_US.has(codeOf(error)) || codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT') return false;
  return (error as NodeJS.ErrnoException | undefined)?.syscall !== 'connect';
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** Spread, so that many processes do not ask one that is coming back all at once. */
const backoffMs = (failures: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS) * (0.75 + Math.random() / 2);

import type { LookupFunction } from 'node:net';
import { isIPv6 } from 'node:net';
import { Client, Pool } from 'undici';
import type { IdentityKey } from '../identity/signed-identity.ts';
import type { Logger } from '../logger.ts';
import type { Call } from './call.ts';
import type { Target } from './discovery.ts';
import { DeadlineExceeded, type PostResponse } from './http-post.ts';
import { OperationSender } from './operation-sender.ts';

const CONNECT_TIMEOUT_MS = 1_000;
const READINESS_TIMEOUT_MS = 1_500;
/** A timeout shorter than this does not count as a failure of the instance. */
const SIGNIFICANT_TIMEOUT_MS = 1_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;

export interface InstanceOptions {
  /** Connections to each instance, at the most. */
  readonly connectionsEach: number;
  /** Signs for the service; null: it is sent no identity, and any answer below 500 to `/health/ready` means that an instance is there. */
  readonly identityKey: IdentityKey | null;
  readonly logger?: Logger | undefined;
}

/**
 * One instance of a service, with outlier ejection (passive health checks, the circuit breaker of an instance). An instance that refuses
 * connections, breaks them off, does not respond, or announces its shutdown is ejected, until `/health/ready` is 200; the checks back off
 * exponentially.
 */
export class Instance {
  readonly #target: Target;
  readonly #logger: Logger | undefined;
  readonly #pool: Pool;
  readonly #sender: OperationSender;
  readonly #hasReadiness: boolean;
  #outstanding = 0;
  #respondedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #isEjected = false;
  #nextCheck: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(target: Target, { connectionsEach, identityKey, logger }: InstanceOptions) {
    this.#target = target;
    this.#hasReadiness = identityKey !== null;
    this.#logger = logger;
    this.#pool = new Pool(target.url.origin, {
      connections: connectionsEach,
      // Shorter than the server's, so that a connection is never used in the moment in which the server ends it.
      keepAliveTimeout: 30_000,
      connect: connectTo(target),
    });
    const path = target.url.pathname + target.url.search;
    this.#sender = new OperationSender(this.#pool, path, identityKey);
  }

  /** Operations in progress. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Ejected: chosen only where there is no other instance. */
  get isEjected(): boolean {
    return this.#isEjected;
  }

  /** @throws {DeadlineExceeded}, or as undici does; see `wasSent` */
  async post(call: Call): Promise<PostResponse> {
    const sentAt = performance.now();
    this.#outstanding++;
    try {
      const response = await this.#sender.send(call);
      this.#respondedAt = performance.now();
      if (response.isLast) this.#eject('it shuts down');
      else this.#markHealthy();
      return response;
    } catch (error) {
      if (this.#countsAsFailure(error, sentAt)) this.#eject(error);
      throw error;
    } finally {
      this.#outstanding--;
    }
  }

  /** Requests `/health/ready` on a connection of its own. @throws unless the instance is ready */
  async assertReady(): Promise<void> {
    const client = new Client(this.#target.url.origin, { connect: connectTo(this.#target) });
    try {
      const signal = AbortSignal.timeout(READINESS_TIMEOUT_MS);
      const response = await client.request({ method: 'GET', path: '/health/ready', signal });
      await response.body.dump();
      const { statusCode } = response;
      const isReady = this.#hasReadiness ? statusCode === 200 : statusCode < 500;
      if (!isReady) throw new Error(`/health/ready returned ${statusCode}.`);
    } finally {
      await client.destroy();
    }
  }

  /** Ejected until its first readiness check, which is at once: an instance may be in DNS before it serves. */
  checkFirst(): void {
    this.#isEjected = true;
    this.#checkIn(0);
  }

  /** Drains the pool: accepts no new requests, resolves when those in progress are complete. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#nextCheck);
    await this.#pool.close();
  }

  #countsAsFailure(error: unknown, sentAt: number): boolean {
    if (CLOSED_BY_US.has(codeOf(error))) return false;
    if (!(error instanceof DeadlineExceeded)) return true;
    return performance.now() - sentAt >= SIGNIFICANT_TIMEOUT_MS && this.#respondedAt < sentAt;
  }

  #eject(reason: unknown): void {
    if (this.#isEjected || this.#isClosed) return;
    this.#isEjected = true;
    this.#logger?.warn({ ...this.#name, reason: textOf(reason) }, 'an instance is ejected');
    this.#checkIn(backoffMs(++this.#failures));
  }

  #checkIn(ms: number): void {
    this.#nextCheck = setTimeout(() => void this.#check(), ms);
    this.#nextCheck.unref();
  }

  async #check(): Promise<void> {
    try {
      await this.assertReady();
      this.#reinstate();
    } catch {
      if (this.#isEjected && !this.#isClosed) this.#checkIn(backoffMs(++this.#failures));
    }
  }

  #reinstate(): void {
    if (!this.#isEjected) return;
    this.#isEjected = false;
    clearTimeout(this.#nextCheck);
    this.#logger?.info(this.#name, 'an instance is reinstated');
  }

  /** Only a response resets the back-off: an instance that is ready may still fail every request. */
  #markHealthy(): void {
    this.#failures = 0;
    this.#reinstate();
  }

  get #name() {
    return { url: this.#target.url.href, address: this.#target.address };
  }
}

/** Connects to one address of the name; the Host header and the server name in TLS stay those of the URL. */
function connectTo({ address }: Target) {
  const family = isIPv6(address) ? 6 : 4;
  const lookup: LookupFunction = (_hostname, { all }, found) =>
    all ? found(null, [{ address, family }]) : found(null, address, family);
  return { lookup, timeout: CONNECT_TIMEOUT_MS };
}

const CLOSED_BY_US = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** Each attempt reached another process, which refused the identity as not signed for it: nothing was executed. */
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

/** Exponential back-off with jitter, so that many processes do not check a recovering instance at the same moment. */
const backoffMs = (failures: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS) * (0.75 + Math.random() / 2);

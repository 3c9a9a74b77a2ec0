import { randomBytes } from 'node:crypto';
import { Fault } from '../errors.ts';
import { counter } from '../observability/metrics.ts';
import type { Identity } from './identity.ts';
import { ReplayCache } from './replay-cache.ts';
import type { OperationClaims } from './claims.ts';
import {
  ageOf,
  bodyHashOf,
  identityKey,
  verifyBatch,
  verifyIdentity,
  type IdentityKey,
  type SignedHeader,
} from './signed-identity.ts';

export interface IdentityVerifierOptions {
  readonly subgraph: string;
  readonly secret: string;
  /** Whether an identity must name this process; off where one address leads to several processes. */
  readonly perInstance: boolean;
}

/** A genuine header, for a body that has yet to be read. */
interface VerifiedHeader {
  /**
   * Call with the body, once.
   *
   * @throws {Fault} UNAUTHENTICATED for another body, or when the identity was accepted before; UNAVAILABLE
   */
  accept(body: string): void;
}

/** Of a single operation. */
export interface VerifiedIdentity extends VerifiedHeader {
  readonly identity: Identity;
}

/** Of several operations in one request, each of which has claims of its own in the body. */
export interface VerifiedBatch extends VerifiedHeader {
  readonly operations: number;
  identityOf(claims: OperationClaims): Identity;
}

/** Longer than a request takes between two healthy processes whose clocks agree. */
const LATE_MS = 2_000;

const lateRequests = counter(
  'late_requests_total',
  'Requests that were signed more than two seconds before they were verified: the process is overloaded, or the clocks differ.',
  [],
);

const refused = counter(
  'refused_identities_total',
  'Requests whose signed identity was refused: not genuine or not valid now, signed for another body, or accepted before.',
  ['reason'],
);

/**
 * What a subgraph accepts of the identities that were signed for it, each once.
 *
 * A replay cache belongs to one process. So that an identity cannot be replayed to another process of the subgraph, or to the same
 * one after a restart, it names the process for which it was signed, by an id that every process makes at its start. A caller that
 * does not know the id signs without one, is refused with it (421 Misdirected Request), and signs anew; nothing has been done then.
 */
export class IdentityVerifier {
  readonly #key: IdentityKey;
  readonly #perInstance: boolean;
  #instanceId = newInstanceId();
  #replays = new ReplayCache();

  constructor({ subgraph, secret, perInstance }: IdentityVerifierOptions) {
    this.#key = identityKey(subgraph, secret);
    this.#perInstance = perInstance;
  }

  /** What an identity must name to be accepted here. */
  get instanceId(): string {
    return this.#instanceId;
  }

  /** Whether an identity must name this process. */
  get perInstance(): boolean {
    return this.#perInstance;
  }

  /**
   * @returns `misdirected` for one that was signed for another process of the subgraph
   * @throws {Fault} UNAUTHENTICATED, for the header of a batch, too
   */
  verify(header: string | undefined): VerifiedIdentity | 'misdirected' {
    const signed = verifyIdentity(this.#key, header);
    if (!signed) throw refusal('signature');
    if (!this.#isMeant(signed)) return 'misdirected';
    return { identity: signed.identity, accept: (body) => this.#accept(signed, body) };
  }

  /** As `verify`, for the header of a batch. @throws {Fault} UNAUTHENTICATED, for that of a single operation, too */
  verifyBatch(header: string | undefined): VerifiedBatch | 'misdirected' {
    const signed = verifyBatch(this.#key, header);
    if (!signed) throw refusal('signature');
    if (!this.#isMeant(signed)) return 'misdirected';
    return {
      operations: signed.operations,
      identityOf: (claims) => signed.identityOf(claims),
      accept: (body) => this.#accept(signed, body),
    };
  }

  #isMeant(signed: SignedHeader): boolean {
    if (this.#perInstance) {
      if (this.#replays.hasForgotten(signed.expiresAt)) this.#startAnew();
      if (signed.instanceId !== this.#instanceId) return false;
    }
    if (ageOf(signed) > LATE_MS) lateRequests.inc();
    return true;
  }

  #accept(signed: SignedHeader, body: string): void {
    if (bodyHashOf(body) !== signed.bodyHash) throw refusal('body');
    // It may have expired while the body arrived, and be forgotten by the next.
    const now = Date.now();
    if (signed.expiresAt < now) throw refusal('signature');
    const outcome = this.#replays.add(signed.nonce, signed.expiresAt, now);
    if (outcome === 'replayed') throw refusal('replay');
    if (outcome === 'full') throw new Fault('UNAVAILABLE');
  }

  /**
   * The clock was set back, so nonces that have been forgotten are valid again. Under another id none of those identities is
   * accepted, and callers sign anew; under the old one all of them would be refused for as long as the clock was ahead.
   */
  #startAnew(): void {
    this.#instanceId = newInstanceId();
    this.#replays = new ReplayCache();
  }
}

const newInstanceId = (): string => randomBytes(9).toString('base64url');

function refusal(reason: 'signature' | 'body' | 'replay'): Fault {
  refused.labels(reason).inc();
  return new Fault('UNAUTHENTICATED', 'This service answers the router only.');
}

import { mysqlConsequences } from './refusals.ts';

/** A connection of mysql2, not the one with promises. */
interface Session {
  destroy(): void;
  handlePacket(packet?: Packet): void;
}

interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  isError(): boolean;
}

interface Sessions {
  toArray(): Session[];
}

/** A pool of mysql2, not the one with promises. */
export interface SessionPool {
  readonly _allConnections: Sessions;
  readonly _freeConnections: Sessions;
  on(event: 'connection', listener: (session: Session) => void): void;
  releaseConnection(session: Session): void;
}

/** While every statement is refused, sessions are not opened and ended for each of them. */
const SWEEP_EVERY_MS = 1_000;
/** How long a refusal counts against readiness, so that a server without traffic is checked again. */
const REMEMBERED_MS = 5_000;

/**
 * Reads the error number of every response on a pool's sessions, whichever library sent the statement. A server that reports that it was
 * demoted loses all sessions of the pool: idle ones at once, the others when they are released. The next ones are opened by the name of
 * the server, which leads to the new primary after a fail-over. mysql2 itself ends only the one session, and only for `pool.query`.
 */
export class SessionGuard {
  readonly #pools: SessionPool[] = [];
  readonly #ending = new WeakSet<Session>();
  #sweptAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #nextSweep: NodeJS.Timeout | undefined;

  /** Call before the pool is used, or with no statement in progress. */
  watch(pool: SessionPool): void {
    this.#pools.push(pool);
    const release = pool.releaseConnection.bind(pool);
    pool.releaseConnection = (session) => {
      if (this.#ending.delete(session)) session.destroy();
      else release(session);
    };
    for (const session of pool._allConnections.toArray()) this.#watchSession(session);
    pool.on('connection', (session) => this.#watchSession(session));
  }

  /** Ends every session of the pools, now or within a second: sweeps are at least that far apart. */
  endSessions(): void {
    const restMs = this.#sweptAt + SWEEP_EVERY_MS - performance.now();
    if (restMs <= 0) this.#sweep();
    else this.#nextSweep ??= setTimeout(() => this.#sweep(), restMs).unref();
  }

  /** @throws when the server has lately refused what it must not refuse */
  assertNotRefused(): void {
    if (performance.now() - this.#refusedAt < REMEMBERED_MS)
      throw new Error('MySQL has refused a statement a moment ago.');
  }

  #sweep(): void {
    this.#sweptAt = performance.now();
    clearTimeout(this.#nextSweep);
    this.#nextSweep = undefined;
    for (const pool of this.#pools) {
      for (const session of pool._allConnections.toArray()) this.#ending.add(session);
      for (const session of pool._freeConnections.toArray()) session.destroy();
    }
  }

  #watchSession(session: Session): void {
    const handle = session.handlePacket.bind(session);
    session.handlePacket = (packet) => {
      if (packet?.isError()) this.#onError(session, errorNumber(packet));
      handle(packet);
    };
  }

  #onError(session: Session, errno: number): void {
    const consequences = mysqlConsequences(errno);
    if (consequences?.isNotReady) this.#refusedAt = performance.now();
    if (!consequences?.dropsSessions) return;
    this.#ending.add(session);
    this.endSessions();
  }
}

/** An error packet is 0xff and then the number, in two bytes, lowest first. */
const errorNumber = ({ buffer, offset }: Packet): number => buffer.readUInt16LE(offset + 1);

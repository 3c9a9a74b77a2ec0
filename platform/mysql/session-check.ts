import type { Socket } from 'node:net';
import type { Connection as CallbackConnection } from 'mysql2';
import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import type { StoreCondition, UnfitStore } from '../store-condition.ts';
import { endConnection, LOCK_WAIT_TIMEOUT_S } from './connection-options.ts';
import {
  SERVER_STATE,
  SESSION_STATE,
  unmetServerNeeds,
  unmetSessionNeeds,
  type ServerState,
  type SessionState,
} from './server-needs.ts';

/** mysql2's own connection, not the one with promises. */
type Session = Pick<CallbackConnection, 'query'> & { readonly stream: Socket };

/**
 * Checks a session that was just prepared. The statement is queued on the connection, and its row is judged before the next one is
 * sent: on a server that fails, nothing else runs, and what waits on the connection fails as not having run (`wasNotConnected`).
 */
export function checkNewSession(session: Session, condition: StoreCondition): void {
  session
    .query(SESSION_STATE)
    .on('error', endConnection)
    .on('result', (row: unknown) => {
      const problem = unmetSessionNeeds(row as SessionState, LOCK_WAIT_TIMEOUT_S);
      if (problem) session.stream.destroy(problem);
      condition.report(problem);
    });
}

/**
 * The same check of a session that has passed before: settings of the server may have changed.
 *
 * @param lockWaitTimeoutS what the session was set to, in seconds, where that differs from sessions of a pool
 * @throws {UnfitStore} when it fails; else the driver's error, when there is no response
 */
export async function checkSession(
  session: Connection | Pool,
  condition: StoreCondition,
  lockWaitTimeoutS = LOCK_WAIT_TIMEOUT_S,
): Promise<void> {
  const [[row]] = await session.query<(RowDataPacket & SessionState)[]>(SESSION_STATE);
  const problem = unmetSessionNeeds(row!, lockWaitTimeoutS);
  condition.report(problem);
  if (problem) throw problem;
}

/** Of a session that was not prepared. @returns what the server lacks */
export async function lookAtServer(session: Connection): Promise<UnfitStore | null> {
  const [[row]] = await session.query<(RowDataPacket & ServerState)[]>(SERVER_STATE);
  return unmetServerNeeds(row!);
}

/**
 * Ends the sessions of a pool when the server is found to be unfit: those that passed their check before would go on writing. What
 * is in progress on one of them may have run.
 *
 * @returns to be called with each session
 */
export function endWhenUnfit(condition: StoreCondition): (session: { readonly stream: Socket }) => void {
  const streams = new Set<Socket>();
  condition.onUnfit(() => {
    for (const stream of streams)
      stream.destroy(
        Object.assign(new Error('MySQL is not fit any more'), { code: 'PROTOCOL_CONNECTION_LOST' }),
      );
  });
  return ({ stream }) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
  };
}

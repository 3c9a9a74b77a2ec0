/** What follows when Redis or Valkey refuses a command. */
export interface RedisConsequences {
  /** The connection is ended, because the name of the server may lead to another one by now; the command is not sent again. */
  readonly dropsConnection: boolean;
  /**
   * The command, or a part of a script before it, may have taken effect. A script that is refused as a whole, or at the first of its
   * writes, has changed nothing: Redis compares its own state with the first write only.
   */
  readonly mayHaveRun: boolean;
  /** When a client may try again, in milliseconds. */
  readonly retryAfterMs: number;
}

const NOTHING = {
  dropsConnection: false,
  mayHaveRun: false,
  retryAfterMs: 1_000,
} as const satisfies RedisConsequences;

const KINDS = {
  /** It has become a replica, or has no data at the moment: another server has its place, or will have. */
  demoted: { ...NOTHING, dropsConnection: true },
  /** It reads, and takes no writes: disk, memory, or replicas are missing. */
  takesNoWrites: { ...NOTHING, retryAfterMs: 2_000 },
  /** A part of the cluster is missing, or moves; or the client does not know that it is one. */
  cluster: NOTHING,
  /** A script of another caller runs for too long. */
  busy: NOTHING,
  tooManyConnections: { ...NOTHING, dropsConnection: true },
  /** The user may not do this, or has another password by now. A connection authenticates when it begins. */
  closed: { ...NOTHING, dropsConnection: true, retryAfterMs: 5_000 },
  /** A right is missing for one command of a script, which may have run up to there. */
  closedToScript: { ...NOTHING, mayHaveRun: true, retryAfterMs: 5_000 },
} as const satisfies Record<string, RedisConsequences>;

type Kind = keyof typeof KINDS;

/** By the first word of an error. Whether purchases are admitted needs no column: the script that admits them is what is refused. */
export const REDIS_REFUSALS: Readonly<Record<string, Kind>> = {
  READONLY: 'demoted',
  MASTERDOWN: 'demoted',
  LOADING: 'demoted',
  MISCONF: 'takesNoWrites',
  OOM: 'takesNoWrites',
  NOREPLICAS: 'takesNoWrites',
  CLUSTERDOWN: 'cluster',
  TRYAGAIN: 'cluster',
  MOVED: 'cluster',
  ASK: 'cluster',
  CROSSSLOT: 'cluster',
  BUSY: 'busy',
  NOAUTH: 'closed',
  WRONGPASS: 'closed',
  NOPERM: 'closed',
};

/** @returns null for an error that is no refusal: then the fault is in the command or script, or in our code */
export function redisRefusal(error: unknown): RedisConsequences | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  const { message } = error;
  if (/ACL failure in script|user executing the script/.test(message)) return KINDS.closedToScript;
  if (/^ERR max number of clients/.test(message)) return KINDS.tooManyConnections;
  const kind = REDIS_REFUSALS[firstWord(message)];
  return kind ? KINDS[kind] : null;
}

/** The server does not know the user, or not by this password. */
export const isUserRefused = (error: unknown): boolean =>
  error instanceof Error && /^(WRONGPASS|NOAUTH)\b/.test(error.message);

/** For `reconnectOnError` of ioredis, where `true` ends the connection, and the command fails. (`2` would send it again.) */
export const endsConnection = (error: Error): boolean => redisRefusal(error)?.dropsConnection ?? false;

/** Redis before 7 puts the error of a command in a script behind a sentence of its own. */
function firstWord(message: string): string {
  return /^(?:ERR Error running script .*?: -)?([A-Z]+)\b/.exec(message)?.[1] ?? '';
}

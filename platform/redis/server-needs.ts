import { UnfitStore } from '../store-condition.ts';

/** The fields of INFO. */
export type RedisInfo = Readonly<Record<string, string>>;

interface Need {
  /** False where the server does not report it: a managed one may hide a field. */
  readonly isMissing: (info: RedisInfo) => boolean;
  readonly sentence: (info: RedisInfo) => string;
  /** Only where this process writes: a replica of a cluster and a subscription have no need of it. */
  readonly forWrites?: true;
  /** Only where the URL names one server, or Sentinels. */
  readonly outsideOfClusters?: true;
}

const OLDEST_VERSION = 6;

/** What a server has to be for the promises to hold, in the order in which they are reported. */
const NEEDS: readonly Need[] = [
  {
    isMissing: (info) => majorVersion(info) < OLDEST_VERSION,
    sentence: (info) => `Redis ${OLDEST_VERSION} or later is needed, the server is ${info['redis_version']}`,
  },
  {
    isMissing: (info) => info['cluster_enabled'] === '1',
    sentence: () =>
      'The Redis server is a node of a cluster: REDIS_URL must begin with redis+cluster://, or rediss+cluster://',
    outsideOfClusters: true,
  },
  {
    isMissing: (info) => (info['role'] ?? 'master') !== 'master',
    sentence: () =>
      'The Redis server is a replica, which takes no writes: REDIS_URL must lead to its primary',
    forWrites: true,
  },
  {
    isMissing: (info) => (info['maxmemory_policy'] ?? 'noeviction') !== 'noeviction',
    sentence: (info) =>
      `The Redis server evicts keys: maxmemory-policy must be noeviction, it is ${info['maxmemory_policy']}`,
  },
];

const majorVersion = (info: RedisInfo): number =>
  Number.parseInt(info['redis_version'] ?? String(OLDEST_VERSION), 10);

/** @returns the first need that the server does not meet */
export function unmetNeed(
  info: RedisInfo,
  { writes, inCluster }: { readonly writes: boolean; readonly inCluster: boolean },
): UnfitStore | null {
  const need = NEEDS.find(
    ({ isMissing, forWrites, outsideOfClusters }) =>
      (writes || !forWrites) && !(inCluster && outsideOfClusters) && isMissing(info),
  );
  return need ? new UnfitStore(`${need.sentence(info)}.`) : null;
}

export const parseInfo = (text: string): RedisInfo =>
  Object.fromEntries(
    text
      .split('\r\n')
      .map((line) => /^([^#:]+):(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name!, value!]),
  );

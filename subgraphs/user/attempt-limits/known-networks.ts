import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { loadExpendableScript } from '../../../platform/redis/expendable-script.ts';
import { WINDOW_MS } from './attempt-numbers.ts';
import { hashedNetworkOf, UNKNOWN_NETWORK } from '../personal-data/hashed-network.ts';
import type { KeyedHash } from '../personal-data/keyed-hash.ts';

/**
 * Networks from which an account has signed in, as keyed hashes in Redis, bounded in number and time. From these an account is
 * admitted when strangers have used up the limits that it shares with them. Each has failures of its own, so an account can be
 * guessed at, in a window, as often as `perAccount` allows and `networks * perAccountAndNetwork` times more, and the latter only
 * from networks of its owner: with the defaults 100 + 8 * 10. Entries that cannot be read are removed, which admits fewer.
 */
export interface KnownNetworks {
  remember(subject: string, clientAddress: string | undefined): Promise<void>;
  /** Counts an attempt. @returns false when the network is not known to the account, or has failed too often */
  admit(subject: string, clientAddress: string | undefined): Promise<boolean>;
  /** After a change of the password, because sign-ins with the earlier one prove nothing. */
  removeAll(subject: string): Promise<void>;
}

export interface KnownNetworksOptions {
  /** Networks of an account; beyond that, the one with the oldest last sign-in is removed. */
  readonly networks: number;
  /** How long a network is known after its last sign-in, in milliseconds. */
  readonly lifetimeMs: number;
  /** Failures of such a network within a window; null: any number. */
  readonly failures: number | null;
}

export function createKnownNetworks(
  redis: Redis,
  prefix: string,
  keyedHash: KeyedHash,
  logger: Logger,
  { networks, lifetimeMs, failures }: KnownNetworksOptions,
): KnownNetworks {
  const scriptOf = (file: string) => loadExpendableScript(redis, new URL(file, import.meta.url), logger);
  const rememberNetwork = scriptOf('./lua/rememberNetwork-1.lua');
  const admitKnownNetwork = scriptOf('./lua/admitKnownNetwork-1.lua');
  const keyOf = (subject: string) => `${prefix}known-networks:${subject}`;

  return {
    remember: async (subject, clientAddress) => {
      const network = hashedNetworkOf(keyedHash, clientAddress);
      // All clients are in it, so it proves nothing.
      if (network === UNKNOWN_NETWORK) return;
      await rememberNetwork([keyOf(subject)], [network, lifetimeMs, networks]);
    },
    admit: async (subject, clientAddress) => {
      const network = hashedNetworkOf(keyedHash, clientAddress);
      const limits = [lifetimeMs, failures ?? Number.MAX_SAFE_INTEGER, WINDOW_MS];
      return (await admitKnownNetwork([keyOf(subject)], [network, ...limits])) === 1;
    },
    removeAll: async (subject) => {
      await redis.del(keyOf(subject));
    },
  };
}

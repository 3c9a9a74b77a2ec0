import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../platform/logger.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { loadExpendableScript } from '../../../platform/redis/expendable-script.ts';
import type { CodeKind } from './code-kinds.ts';
import { hashedNetworkOf } from '../personal-data/hashed-network.ts';
import type { KeyedHash } from '../personal-data/keyed-hash.ts';

/**
 * Codes that prove a mailbox: stored hashed in Redis for some minutes, for single use (`code-kinds.ts`). Codes of an address stay valid beside each
 * other until one of them is used, and guesses are counted for the network that requested a code and for all others apart, so that
 * a stranger cannot end a code.
 *
 * A code can be guessed `mostWrong` times from the network that requested it and as often from all other networks together: six digits with
 * probability 10 in a million. The limit of mails is 8 per address and five minutes, so an attacker with any number of networks
 * proves a mailbox that is not theirs with probability 80 in a million per five minutes, and gains an account for an address that
 * has none; an existing account is opened by a code of 60 bits only. Codes of an address that cannot be read are
 * invalidated: another one is mailed on request.
 */
export interface VerificationCodes {
  /** @param clientAddress the client that requested it */
  issue(
    emailHash: Buffer,
    clientAddress: string | undefined,
  ): Promise<{ readonly code: string; readonly expiresAt: Date }>;
  /** @returns null for a code that is wrong, used, expired, or claimed by another request */
  claim(emailHash: Buffer, presented: PresentedCode): Promise<CodeClaim | null>;
}

export interface PresentedCode {
  readonly code: string;
  readonly clientAddress: string | undefined;
  /** Whether it may only be a code that was requested from the same network. */
  readonly isOwnOnly: boolean;
}

/** A code that was right. If the process dies before it is settled, the code works again after `CLAIM_MS`. */
export interface CodeClaim {
  /** Invalidates all codes of the address. */
  used(): Promise<void>;
  /** The operation that needed the code failed: the code works again. */
  release(): Promise<void>;
}

/** More than the limits on mails allow within the lifetime of a code, so a code is removed early only when they are off. */
const MOST_CODES = 20;
/** Longer than a request lasts. */
const CLAIM_MS = 30_000;

export function createVerificationCodes(
  redis: Redis,
  prefix: string,
  keyedHash: KeyedHash,
  kind: CodeKind,
  logger: Logger,
): VerificationCodes {
  const scriptOf = (file: string) => loadExpendableScript(redis, new URL(file, import.meta.url), logger);
  const keepCode = scriptOf('./lua/keepCode-1.lua');
  const claimCode = scriptOf('./lua/claimCode-1.lua');
  const settleClaim = scriptOf('./lua/settleClaim-1.lua');
  const keyOf = (emailHash: Buffer) => `${prefix}${kind.name}:${emailHash.toString('base64url')}`;
  const hashOf = (emailHash: Buffer, code: string) =>
    keyedHash.ofVerificationCode(emailHash, code).toString('base64url');

  return {
    issue: async (emailHash, clientAddress) => {
      const code = kind.make();
      const expiresAt = new Date(Date.now() + kind.lifetimeMs);
      const network = hashedNetworkOf(keyedHash, clientAddress);
      await keepCode([keyOf(emailHash)], [hashOf(emailHash, code), network, kind.lifetimeMs, MOST_CODES]);
      return { code, expiresAt };
    },
    claim: async (emailHash, { code, clientAddress, isOwnOnly }) => {
      const key = keyOf(emailHash);
      const claim = randomUUID();
      const network = hashedNetworkOf(keyedHash, clientAddress);
      const limits = [kind.mostWrong, kind.mostWrong, isOwnOnly ? 1 : 0];
      const args = [hashOf(emailHash, kind.normalise(code)), network, ...limits, claim, CLAIM_MS];
      if ((await claimCode([key], args)) !== 1) return null;
      return {
        used: async () => void (await settleClaim([key], [claim, 1])),
        release: async () => void (await settleClaim([key], [claim, 0])),
      };
    },
  };
}

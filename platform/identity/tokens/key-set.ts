import { request } from 'undici';
import { Fault } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { OutageLog } from '../../outage-log.ts';
import { createLookupBudget } from './lookup-budget.ts';
import { importKeys, type VerificationKey, type VerificationKeys } from './verification-key.ts';
import { withoutCredentials } from '../../without-credentials.ts';

/** The keys that the issuer publishes (JWKS), fetched when one is first needed. */
export interface KeySet {
  /**
   * @returns undefined when the issuer does not know the key either
   * @throws {Fault} UNAVAILABLE when no keys could ever be fetched
   */
  find(keyId: string): VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /** Whether a key that was found is known to be published still: what was verified by it may be remembered. */
  isCurrent(keyId: string, key: VerificationKey): boolean;
}

/** Keys at hand. */
export const fixedKeySet = (keys: VerificationKeys): KeySet => ({
  find: (keyId) => keys.get(keyId),
  isCurrent: (keyId, key) => keys.get(keyId) === key,
});

export interface KeySetOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Called when the keys are others than before: what was verified by them is not verified any more. */
  readonly onChange: () => void;
  readonly now?: () => number;
}

/** After a failed fetch. Short, for a router that was up before its issuer. */
const RETRY_MS = 1_000;
/**
 * Keys in use are fetched again as often as this. A key that the issuer has withdrawn is not used for longer, and one that it
 * publishes for this long before it signs by it is known in time, however many tokens with unknown keys arrive.
 */
const MAX_AGE_MS = 60_000;
/**
 * Keys of a time without requests are not used before they were fetched again. Until then a fetch is not waited for; nor is it where
 * the last one failed, so that an issuer that is down delays nothing.
 */
const STALE_AFTER_MS = 2 * MAX_AGE_MS;
const FETCH_TIMEOUT_MS = 2_000;

export function createKeySet(options: KeySetOptions): KeySet {
  const { now = Date.now } = options;
  const lookups = createLookupBudget(now);
  const outage = new OutageLog({
    logger: options.logger,
    begins: 'could not fetch the keys that access tokens are checked by',
    ends: 'the keys that access tokens are checked by are fetched again',
    fields: { url: withoutCredentials(options.url) },
  });
  let keys: VerificationKeys | null = null;
  let fetchedText = '';
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let retryAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let fetching: Promise<void> | null = null;

  return {
    find(keyId) {
      const key = keys?.get(keyId);
      if (!key) return findAfresh(keyId);
      if (isStale()) return refresh().then(() => keys?.get(keyId));
      refreshWhenDue();
      return key;
    },
    isCurrent(keyId, key) {
      refreshWhenDue();
      return keys?.get(keyId) === key && !isStale();
    },
  };

  function isStale(): boolean {
    return !hasFailed && now() - fetchedAt > STALE_AFTER_MS;
  }

  function refreshWhenDue(): void {
    if (now() - fetchedAt > MAX_AGE_MS) void refresh();
  }

  async function findAfresh(keyId: string): Promise<VerificationKey | undefined> {
    if (fetching || !keys || lookups.take()) await refresh();
    if (!keys) throw new Fault('UNAVAILABLE');
    return keys.get(keyId);
  }

  /** Never rejects: without new keys, the old ones stay. */
  async function refresh(): Promise<void> {
    if (!fetching && now() < retryAt) return;
    fetching ??= fetchKeys().finally(() => {
      fetching = null;
    });
    await fetching;
  }

  async function fetchKeys(): Promise<void> {
    try {
      const text = await fetchText(options.url);
      const isNew = text !== fetchedText;
      const isFirst = keys === null;
      // Of the same text the keys stay the same objects, and what was verified by them stays remembered.
      if (isNew || !keys) keys = importKeys(JSON.parse(text));
      fetchedText = text;
      fetchedAt = now();
      hasFailed = false;
      outage.worked();
      if (isNew && !isFirst) options.onChange();
    } catch (error) {
      retryAt = now() + RETRY_MS;
      hasFailed = true;
      outage.failed(error);
    }
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await request(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new Error(`The issuer answered ${response.statusCode}.`);
  }
  return response.body.text();
}

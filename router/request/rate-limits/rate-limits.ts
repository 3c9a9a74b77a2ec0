import { createHmac, type KeyObject } from 'node:crypto';
import { Fault } from '../../../platform/errors.ts';
import type { Caller } from '../../../platform/identity/identity.ts';
import type { Operation } from '../../operation/operation.ts';
import { LocalBuckets } from '../../../platform/rate-limit/local-buckets.ts';
import { RateLimit } from '../../../platform/rate-limit/rate-limit.ts';
import type { Rate } from '../../../platform/rate-limit/rate.ts';
import type { SharedBuckets } from '../../../platform/rate-limit/shared-buckets.ts';
import type { FieldRate } from './field-rates.ts';

/**
 * Rate limits by token buckets. Each of these throws, or rejects with, RATE_LIMITED and `retryAfterMs`; a promise is returned only where
 * the shared buckets in Redis have to be read.
 */
export interface RateLimits {
  /** Any request, good or bad, from a network of clients (`clientNetworkOf`), as everywhere below. */
  countRequest(network: string): void | Promise<void>;
  /**
   * What it takes to work out a document that this router does not know, as `NewWork` of the operation store has it. Counted by
   * each router for itself: it is its own time that is taken.
   */
  countNewOperation(network: string, units: number): void;
  /** Units of such work beyond those that were counted before it: never refused, a debt that later documents wait for. */
  chargeNewOperation(network: string, units: number): void;
  /** A request of a signed-in user; an anonymous request is counted by its address alone. */
  countCaller(caller: Caller | null): void | Promise<void>;
  /** The root fields of an operation: each as often as it occurs, under any alias and in any fragment. */
  countFields(operation: Operation, caller: Caller | null, network: string): void | Promise<void>;
  /**
   * Units of cost (`operation/cost.ts`). Anonymous requests are charged to their network; those of a user to the user and to a larger
   * bucket of the network, so that anonymous clients of the same network take nothing from a signed-in user.
   */
  countCost(units: number, caller: Caller | null, network: string): void | Promise<void>;
}

export interface RateLimitSettings {
  readonly perUser: Rate | null;
  readonly perAddress: Rate | null;
  readonly perField: readonly FieldRate[];
  /** Units of new documents from an address. */
  readonly newOperations: Rate | null;
  /** Units of cost: of a user, of all users of an address, and of all anonymous clients of an address. */
  readonly cost: {
    readonly perUser: Rate | null;
    readonly usersPerAddress: Rate | null;
    readonly perAddress: Rate | null;
  };
}

export interface RateLimitsOptions extends RateLimitSettings {
  readonly shared: SharedBuckets;
  readonly redisPrefix: string;
  /** Addresses are kept under a hash by this key, so that Redis does not hold them in plain text. */
  readonly secret: KeyObject;
}

/** For load tests (`RATE_LIMITS=off`). */
export const noRateLimits: RateLimits = {
  countRequest: () => undefined,
  countNewOperation: () => undefined,
  chargeNewOperation: () => undefined,
  countCaller: () => undefined,
  countFields: () => undefined,
  countCost: () => undefined,
};

export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const users = options.perUser && limitOf('user', options.perUser);
  const addresses = options.perAddress && limitOf('address', options.perAddress);
  const costs = {
    user: options.cost.perUser && limitOf('cost-user', options.cost.perUser),
    usersOfAddress: options.cost.usersPerAddress && limitOf('cost-users', options.cost.usersPerAddress),
    address: options.cost.perAddress && limitOf('cost-address', options.cost.perAddress),
  };
  const newOperations = options.newOperations && new LocalBuckets(options.newOperations);
  const fields = new Map(
    options.perField.map((one) => [
      one.field,
      { limit: limitOf(`${one.field}:${one.per}`, one.rate), per: one.per },
    ]),
  );

  return {
    countRequest(network) {
      const waitMs = addresses?.take(network) ?? 0;
      if (waitMs !== 0) return settle([[waitMs, 'requests from this address']]);
    },
    countNewOperation(network, units) {
      if (!newOperations || !options.newOperations) return;
      // One that is more than all that may come at once takes all of it.
      const taken = Math.min(units, options.newOperations.burst);
      const waitMs = newOperations.take(network, taken, performance.now());
      assertNoWait([waitMs, 'new operations from this address']);
    },
    chargeNewOperation(network, units) {
      newOperations?.charge(network, units, performance.now());
    },
    countCaller(caller) {
      const waitMs = (caller && users?.take(caller.userId)) ?? 0;
      if (waitMs !== 0) return settle([[waitMs, 'requests of this user']]);
    },
    countFields(operation, caller, network) {
      const counted: Counted[] = [];
      for (const [field, times] of operation.rootFields) {
        const limited = fields.get(field);
        if (!limited) continue;
        const subject = limited.per === 'user' && caller ? caller.userId : network;
        const waitMs = limited.limit.take(subject, times);
        if (waitMs !== 0) counted.push([waitMs, `requests for ${field}`]);
      }
      if (counted.length > 0) return settle(counted);
    },
    countCost(units, caller, network) {
      if (units <= 0) return;
      if (!caller) {
        const waitMs = costs.address?.takeAtMostAll(network, units) ?? 0;
        if (waitMs !== 0) return settle([[waitMs, 'costly requests from this address']]);
        return;
      }
      const userMs = costs.user?.takeAtMostAll(caller.userId, units) ?? 0;
      const addressMs = costs.usersOfAddress?.takeAtMostAll(network, units) ?? 0;
      if (userMs !== 0 || addressMs !== 0) {
        return settle([
          [userMs, 'costly requests of this user'],
          [addressMs, 'costly requests from this address'],
        ]);
      }
    },
  };

  function limitOf(name: string, rate: Rate): RateLimit {
    const keyOf = (subject: string) => {
      const hash = createHmac('sha256', options.secret).update(`rate\0${subject}`).digest('base64url');
      return `${options.redisPrefix}rate:${name}:${hash}`;
    };
    return new RateLimit({ rate, shared: options.shared, keyOf });
  }
}

/** How long to wait, and for what. */
type Counted = readonly [waitMs: number | Promise<number>, what: string];

/** @throws {Fault} RATE_LIMITED */
function settle(counted: readonly Counted[]): void | Promise<void> {
  if (counted.every(isKnown)) return counted.forEach(assertNoWait);
  return Promise.all(
    counted.map(async ([waitMs, what]): Promise<[number, string]> => [await waitMs, what]),
  ).then((all) => all.forEach(assertNoWait));
}

const isKnown = (counted: Counted): counted is readonly [number, string] => typeof counted[0] === 'number';

function assertNoWait([waitMs, what]: readonly [number, string]): void {
  if (waitMs === 0) return;
  const retryAfterMs = Math.ceil(waitMs);
  throw new Fault('RATE_LIMITED', `Too many ${what}. Try again in ${retryAfterMs} ms.`, { retryAfterMs });
}

import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { Fault } from '../../../platform/errors.ts';
import type { SubgraphClient } from '../../../platform/subgraph-client/client.ts';
import type { Identity } from '../../../platform/identity/identity.ts';
import type { ShippingAddress } from './shipping-address.ts';

const ATTEMPT_MS = 1_000;
/** All attempts together. */
const DEADLINE_MS = 3_000;
const RETRIES = 2;
const FAILURES_UNTIL_BREAK = 5;
const BREAK_MS = 5_000;

/**
 * Profiles as the user subgraph shows them to the caller: a request reads the address of its own user only. Reads are safe to
 * retry; while the subgraph is down, the circuit breaker fails them at once.
 */
export class ProfileReader {
  readonly #client: SubgraphClient;
  readonly #policy = wrap(
    timeout(DEADLINE_MS, TimeoutStrategy.Aggressive),
    retry(
      handleWhen((error) => !(error instanceof BrokenCircuitError)),
      {
        maxAttempts: RETRIES,
        backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }),
      },
    ),
    circuitBreaker(handleAll, {
      halfOpenAfter: BREAK_MS,
      breaker: new ConsecutiveBreaker(FAILURES_UNTIL_BREAK),
    }),
  );

  constructor(client: SubgraphClient) {
    this.#client = client;
  }

  /**
   * @returns the caller's own address; null when there is none
   * @throws {Fault} UNAVAILABLE when the user subgraph does not answer
   */
  async addressOf(identity: Identity): Promise<ShippingAddress | null> {
    const own = await this.#read<{ address: ShippingAddress | null }>(
      ADDRESS,
      identity.caller?.userId,
      identity,
    );
    return own?.address ?? null;
  }

  /**
   * @returns whether there is such a user that the caller may see
   * @throws {Fault} UNAVAILABLE when the user subgraph does not answer
   */
  async isVisible(userId: string, identity: Identity): Promise<boolean> {
    return (await this.#read<{ id: string }>(ID, userId, identity)) !== null;
  }

  async #read<User>(query: string, userId: string | undefined, identity: Identity): Promise<User | null> {
    try {
      return await this.#policy.execute(() => this.#request<User>(query, userId, identity));
    } catch (cause) {
      const fault = new Fault('UNAVAILABLE');
      fault.cause = cause;
      throw fault;
    }
  }

  async #request<User>(query: string, userId: string | undefined, identity: Identity): Promise<User | null> {
    const reply = await this.#client.send(
      { query, variables: { references: [{ __typename: 'User', id: userId }] } },
      identity,
      ATTEMPT_MS,
    );
    const entities = reply.data?.['_entities'] as (User | null)[] | undefined;
    if (!entities || reply.errors) throw new Fault('UNAVAILABLE');
    return entities[0] ?? null;
  }
}

const ADDRESS = `query AddressOfBuyer($references: [_Any!]!) {
  _entities(representations: $references) { ... on User { address { postalCode line1 line2 } } }
}`;

const ID = `query VisibleUser($references: [_Any!]!) {
  _entities(representations: $references) { ... on User { id } }
}`;

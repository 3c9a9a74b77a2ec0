import { Fault } from '../../../platform/errors.ts';
import type { SubgraphClient } from '../../../platform/subgraph-client/client.ts';
import { faultWithCause } from '../../../platform/subgraph-client/reply.ts';
import type { Identity } from '../../../platform/identity/identity.ts';
import type { ShippingAddress } from './shipping-address.ts';

/** Longer than what ejects an instance that does not respond. */
const DEADLINE_MS = 2_000;

/**
 * Profiles as the user subgraph shows them to the caller: a request reads the address of its own user only. Retries, deadline and
 * outlier ejection are the subgraph client's. While each instance is ejected, one read at a time is sent, as the probe of a half-open
 * circuit breaker; the others fail at once, because each would otherwise wait for its whole deadline.
 */
export class ProfileReader {
  readonly #client: Pick<SubgraphClient, 'send' | 'instances'>;
  #outstanding = 0;

  constructor(client: Pick<SubgraphClient, 'send' | 'instances'>) {
    this.#client = client;
  }

  /**
   * @returns the caller's own address; null when there is none
   * @throws {Fault} UNAVAILABLE after two seconds at the latest, when the user subgraph does not answer
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
   * @throws {Fault} UNAVAILABLE after two seconds at the latest, when the user subgraph does not answer
   */
  async isVisible(userId: string, identity: Identity): Promise<boolean> {
    return (await this.#read<{ id: string }>(ID, userId, identity)) !== null;
  }

  async #read<User>(query: string, userId: string | undefined, identity: Identity): Promise<User | null> {
    if (this.#client.instances === 0 && this.#outstanding > 0) throw new Fault('UNAVAILABLE');
    this.#outstanding++;
    try {
      return await this.#request<User>(query, userId, identity);
    } catch (cause) {
      throw faultWithCause('UNAVAILABLE', cause);
    } finally {
      this.#outstanding--;
    }
  }

  async #request<User>(query: string, userId: string | undefined, identity: Identity): Promise<User | null> {
    const reply = await this.#client.send(
      { query, variables: { references: [{ __typename: 'User', id: userId }] } },
      identity,
      DEADLINE_MS,
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

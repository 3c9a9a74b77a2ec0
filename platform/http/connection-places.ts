import { counter } from '../observability/metrics.ts';

const destroyed = counter(
  'connections_cut_total',
  'Connections of clients that were closed by a limit: idle or sending slowly when the place was needed (shed), without a free place (refused), with unread responses (unread).',
  ['reason'],
  [{ reason: 'shed' }, { reason: 'refused' }, { reason: 'unread' }],
);

export const countDestroyed = (reason: 'shed' | 'refused' | 'unread'): void => destroyed.inc({ reason });

/** Of a connection, what its place needs to know. */
interface Connection {
  /** Whether all that is in progress is a request that has not arrived as a whole. */
  readonly isArriving: boolean;
  destroy(): void;
}

/** The open connections of one network. */
export interface NetworkConnections {
  readonly name: string;
  readonly open: Set<Connection>;
  /** Those without a request in progress, the longest idle first. */
  readonly idle: Set<Connection>;
}

/**
 * Load shedding for connections: places are bounded in all and per network, so that one network cannot use up the descriptors of the process. A new
 * connection of a network that is at its bound takes the place of that network's longest idle one; where all places are taken,
 * that of the network with the most connections, if that has at least as many as the new one's. Where nothing can be shed, the new
 * one is refused.
 */
export class ConnectionPlaces {
  readonly #all: number;
  readonly #perNetwork: number;
  readonly #networks = new Map<string, NetworkConnections>();
  #open = 0;

  constructor(limits: { readonly connections: number; readonly connectionsPerNetwork: number }) {
    this.#all = limits.connections;
    this.#perNetwork = limits.connectionsPerNetwork;
  }

  /** @returns the connections of that network, for `take`; null where there is no place */
  find(name: string): NetworkConnections | null {
    const network = this.#networks.get(name) ?? { name, open: new Set(), idle: new Set() };
    if (network.open.size >= this.#perNetwork && !this.#shed(network)) return null;
    if (this.#open >= this.#all && !this.#shedElsewhere(network)) return null;
    return network;
  }

  take(network: NetworkConnections, connection: Connection): void {
    this.#networks.set(network.name, network);
    network.open.add(connection);
    network.idle.add(connection);
    this.#open += 1;
  }

  leave(network: NetworkConnections, connection: Connection): void {
    network.idle.delete(connection);
    if (!network.open.delete(connection)) return;
    this.#open -= 1;
    if (network.open.size === 0) this.#networks.delete(network.name);
  }

  #shedElsewhere(newcomer: NetworkConnections): boolean {
    return [...this.#networks.values()]
      .filter(({ open }) => open.size >= newcomer.open.size)
      .sort((a, b) => b.open.size - a.open.size)
      .some((network) => this.#shed(network));
  }

  /** Ends the longest idle connection, else the one that has been sending its request for longest. */
  #shed(network: NetworkConnections): boolean {
    const [victim = [...network.open].find(({ isArriving }) => isArriving)] = network.idle;
    if (!victim) return false;
    this.leave(network, victim);
    countDestroyed('shed');
    victim.destroy();
    return true;
  }
}

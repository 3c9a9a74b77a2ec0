import type { IncomingMessage } from 'node:http';
import type { BudgetLimits } from './byte-budget.ts';
import { descriptorLimit } from './descriptors.ts';

/** Limits of connections, as opposed to limits of a single request. */
export interface ConnectionLimits {
  /** Open connections in all. */
  readonly connections: number;
  /** Open connections of one network; `Infinity` where the peers are processes of this system or its proxies. */
  readonly connectionsPerNetwork: number;
  /** Bytes of responses that clients have not read, and of requests that wait behind them. */
  readonly unsentBytes: BudgetLimits;
  /** A connection whose client reads nothing of a response for so long is destroyed, after at most twice the time; milliseconds. */
  readonly sendTimeoutMs: number;
  /** The network of the client that sent a request; by default that of its connection. */
  readonly networkOf?: (req: IncomingMessage) => string;
}

const MIB = 1_048_576;

/** All clients are processes of this system, so all connections come from few networks. */
export const internalLimits = (): ConnectionLimits => ({
  connections: atMostByDescriptors(MANY),
  connectionsPerNetwork: Number.POSITIVE_INFINITY,
  unsentBytes: { network: 256 * MIB, all: 256 * MIB },
  sendTimeoutMs: 5_000,
});

export interface PublicLimitSettings {
  readonly connections: number;
  /** By default three quarters of all. */
  readonly connectionsPerNetwork: number | undefined;
  readonly sendTimeoutMs: number;
  /** Whether clients connect directly; behind a proxy every connection is the proxy's. */
  readonly isDirect: boolean;
  readonly networkOf: (req: IncomingMessage) => string;
}

/** Clients are on the Internet. */
export function publicLimits(settings: PublicLimitSettings): ConnectionLimits {
  const connections = atMostByDescriptors(settings.connections);
  const perNetwork = settings.connectionsPerNetwork ?? Math.ceil(connections * NETWORK_SHARE);
  return {
    connections,
    connectionsPerNetwork: settings.isDirect ? Math.min(perNetwork, connections) : Number.POSITIVE_INFINITY,
    unsentBytes: { network: 16 * MIB, all: 128 * MIB },
    sendTimeoutMs: settings.sendTimeoutMs,
    networkOf: settings.networkOf,
  };
}

/** Beyond what one process can serve. */
const MANY = 100_000;
/** Of all connections, what one network may have: many users may share one address, and other networks keep some places. */
const NETWORK_SHARE = 0.75;
/** Descriptors for the process itself: connections to stores and subgraphs, files, modules. */
const RESERVED_DESCRIPTORS = 512;

/** @returns the setting, or what the limit of open files leaves beside the reserve, at least half of it */
function atMostByDescriptors(connections: number): number {
  const limit = descriptorLimit();
  return Math.min(connections, Math.max(limit - RESERVED_DESCRIPTORS, Math.floor(limit / 2)));
}

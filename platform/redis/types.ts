import type { Cluster, Redis as SingleRedis } from 'ioredis';

/** One server, or a cluster. Keys that are used together carry the same hash tag, so both are used alike. */
export type Redis = SingleRedis | Cluster;

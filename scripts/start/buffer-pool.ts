import { totalmem } from 'node:os';

const MIB = 1_048_576;
/** What MySQL has where nothing is set. */
const LEAST_MIB = 128;
const MOST_MIB = 1_024;
/** Of the machine's memory; MySQL takes it as its data grows. */
const SHARE = 1 / 8;

/**
 * The buffer pool of the private MySQL, as its option. Ids of orders are hashes, so each purchase writes to random pages of the tables of orders: once
 * these no longer fit, MySQL reads and writes several pages for each purchase.
 *
 * @param memory of the machine, in bytes
 */
export function bufferPoolOption(memory: number = totalmem()): string {
  const size = Math.min(MOST_MIB, Math.max(LEAST_MIB, Math.floor((memory * SHARE) / MIB)));
  return `--innodb-buffer-pool-size=${size}M`;
}

import type { Fault } from './fault.ts';
import { MYSQL_FAULTS } from './mysql-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { PRODUCT_FAULTS } from './product-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';

/** Every fault. Those that spoil the system come last in their table. */
export const FAULTS: readonly Fault[] = [
  ...REDIS_FAULTS,
  ...PRODUCT_FAULTS,
  ...PROCESS_FAULTS,
  ...MYSQL_FAULTS,
];

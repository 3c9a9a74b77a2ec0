import { CLOCK_FAULTS } from './clock-faults.ts';
import type { Fault } from './fault.ts';
import { MYSQL_FAULTS } from './mysql-faults.ts';
import { OVERLOAD_FAULT } from './overload-fault.ts';
import { PAYMENT_FAULTS } from './payment-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { PRODUCT_FAULTS } from './product-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';
import { STEP_FAULTS } from './step-faults.ts';

/** Every fault. Those that spoil the system come last in their table. */
export const FAULTS: readonly Fault[] = [
  ...REDIS_FAULTS,
  ...PRODUCT_FAULTS,
  ...PROCESS_FAULTS,
  ...CLOCK_FAULTS,
  ...STEP_FAULTS,
  ...PAYMENT_FAULTS,
  OVERLOAD_FAULT,
  ...MYSQL_FAULTS,
];

/** Without those that this machine has not what it takes for. @param log gets a sentence for each of them */
export const possibleHere = (faults: readonly Fault[], log: (line: string) => void): readonly Fault[] =>
  faults.filter(({ name, obstacle }) => {
    const reason = obstacle?.() ?? null;
    if (reason !== null) log(`${name} is left out: ${reason}`);
    return reason === null;
  });

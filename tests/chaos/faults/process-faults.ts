import type { ChaosSystem } from '../chaos-system.ts';
import type { Service } from '../../harness/service.ts';
import type { Fault } from './fault.ts';

type Choose = (system: ChaosSystem) => Service;

const frozen = (name: string, what: string, answer: string, lastsS: number, choose: Choose): Fault => ({
  name,
  what,
  answer,
  lastsS,
  async inject(system) {
    const service = choose(system);
    service.signal('SIGSTOP');
    return async () => service.signal('SIGCONT');
  },
});

const killed = (name: string, what: string, answer: string, choose: Choose): Fault => ({
  name,
  what,
  answer,
  async inject(system) {
    const service = choose(system);
    service.signal('SIGKILL');
    await service.ended();
    return async () => void (await system.restartService(service));
  },
});

const product: Choose = ({ stack }) => stack.product[0]!;
const user: Choose = ({ stack }) => stack.user[0]!;
const order: Choose = ({ stack }) => stack.order[0]!;
const SALES_GO_ON = 'Confirmed; 503 UNAVAILABLE or 504 TIMEOUT from what needs the service';
const OTHER_PROCESS =
  'Confirmed by the other process; OutcomeUnknown or TIMEOUT for what was under way, then Confirmed or PurchaseAbandoned';

export const PROCESS_FAULTS: readonly Fault[] = [
  frozen('product-frozen', 'the product service is frozen', SALES_GO_ON, 8, product),
  killed('product-killed', 'the product service is killed and started again', SALES_GO_ON, product),
  frozen('user-frozen', 'the user service is frozen', SALES_GO_ON, 8, user),
  killed('user-killed', 'the user service is killed and started again', SALES_GO_ON, user),
  killed('order-killed', 'one of two order processes is killed and started again', OTHER_PROCESS, order),
  frozen(
    'order-frozen',
    'one of two order processes is frozen for longer than a reservation lives',
    OTHER_PROCESS,
    9,
    order,
  ),
];

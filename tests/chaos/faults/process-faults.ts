import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Service } from '../../harness/service.ts';
import { repeatedly, withoutPrlimit, type Fault } from './fault.ts';

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

/** The process is stopped, which from outside is the same as an event loop that is blocked for a second. Milliseconds. */
const BLOCKED_MS = 1_000;
const BETWEEN_MS = 500;

const blocked = (name: string, what: string, answer: string, choose: Choose): Fault => ({
  name,
  what,
  answer,
  async inject(system) {
    const service = choose(system);
    return repeatedly(BETWEEN_MS, async () => {
      service.signal('SIGSTOP');
      await sleep(BLOCKED_MS);
      service.signal('SIGCONT');
    });
  },
});

/** What is open stays open; nothing more can be opened. */
const FEW_DESCRIPTORS = 8;

const withoutDescriptors = (name: string, what: string, answer: string, choose: Choose): Fault => ({
  name,
  what,
  answer,
  obstacle: () => withoutPrlimit,
  async inject(system) {
    const { pid } = choose(system);
    const limit = (...option: string[]) =>
      execFileSync('prlimit', ['--pid', String(pid), ...option], { encoding: 'utf8' });
    const usual = limit('--nofile', '--output=SOFT', '--noheadings').trim();
    limit(`--nofile=${FEW_DESCRIPTORS}:`);
    // So that it needs new ones.
    await system.redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    return async () => void limit(`--nofile=${usual}:`);
  },
});

const product: Choose = ({ stack }) => stack.product[0]!;
const user: Choose = ({ stack }) => stack.user[0]!;
const order: Choose = ({ stack }) => stack.order[0]!;
const router: Choose = ({ stack }) => stack.routers[0]!;
const SALES_GO_ON = 'Confirmed; 503 UNAVAILABLE or 504 TIMEOUT from what needs the service';
const OTHER_PROCESS =
  'Confirmed by the other process; OutcomeUnknown or TIMEOUT for what was in flight, then Confirmed or PurchaseAbandoned';
const OTHER_ROUTER =
  'Confirmed by the other router; no answer from the struck one, or none in time, then Confirmed by a retry';

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
  killed('router-killed', 'one of two routers is killed and started again', OTHER_ROUTER, router),
  frozen('router-frozen', 'one of two routers is frozen', OTHER_ROUTER, 8, router),
  {
    name: 'router-restarted',
    what: 'both routers are restarted, one after the other, as an operator does it (SIGTERM)',
    answer: 'Confirmed; no connection to the router that restarts, and Confirmed by the other one',
    lastsS: 0,
    async inject(system) {
      for (const running of [...system.stack.routers]) await system.replaceService(running);
      return async () => undefined;
    },
  },
  blocked(
    'order-blocked',
    'the event loop of one of two order processes is blocked for a second, repeatedly',
    OTHER_PROCESS,
    order,
  ),
  blocked(
    'router-blocked',
    'the event loop of one of two routers is blocked for a second, repeatedly',
    'Confirmed, late',
    router,
  ),
  withoutDescriptors(
    'order-without-descriptors',
    'one of two order processes can open no file or connection (EMFILE), and its connections to Redis are ended',
    OTHER_PROCESS,
    order,
  ),
  withoutDescriptors(
    'router-without-descriptors',
    'one of two routers can open no file or connection (EMFILE), and its connections to Redis are ended',
    OTHER_ROUTER,
    router,
  ),
];

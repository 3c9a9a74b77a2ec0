import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ExtraLoad } from './extra-load.ts';
import type { Fault } from './fault.ts';

const BUYERS = 500;
/** This file as it is run, compiled or not. */
const EXTRA_LOAD = new URL(import.meta.url.replace('overload-fault', 'extra-load'));

export const OVERLOAD_FAULT: Fault = {
  name: 'overload',
  what: 'ten times as many purchases as the system has just served',
  answer: 'Confirmed, or Busy, RATE_LIMITED or UNAVAILABLE at once; the same again once the load is gone',
  lastsS: 10,
  async inject({ stack }, { healthy }) {
    const load: ExtraLoad = {
      routers: stack.routers.map(({ url }) => url),
      productId: healthy,
      tokens: Array.from({ length: BUYERS }, () => stack.mint.buyer()),
    };
    const child = fork(EXTRA_LOAD);
    child.send(load);
    await once(child, 'message');
    return async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
  },
};

import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Crowd } from './crowd.ts';
import type { Fault } from './fault.ts';

const BUYERS = 500;
/** This file as it is run, compiled or not. */
const CROWD = new URL(import.meta.url.replace('overload-fault', 'crowd'));

export const OVERLOAD_FAULT: Fault = {
  name: 'overload',
  what: 'ten times as many purchases as the system has just served',
  answer: 'Confirmed, or Busy, RATE_LIMITED or UNAVAILABLE at once; the same again once the load is gone',
  lastsS: 10,
  async inject({ stack }, { healthy }) {
    const crowd: Crowd = {
      routers: stack.routers.map(({ url }) => url),
      productId: healthy,
      tokens: Array.from({ length: BUYERS }, () => stack.mint.buyer()),
    };
    const child = fork(CROWD);
    child.send(crowd);
    await once(child, 'message');
    return async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
  },
};

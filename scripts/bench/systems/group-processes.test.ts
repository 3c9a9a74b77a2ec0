import { expect, it } from 'vitest';
import { groupProcesses } from './group-processes.ts';

const processes = [
  'node --enable-source-maps dist/scripts/start.js --no-demo',
  '/usr/bin/node --enable-source-maps --import file:///x/end-with-parent.mjs dist/router/main.js',
  '/usr/bin/node --enable-source-maps --import file:///x/end-with-parent.mjs dist/router/main.js',
  '/usr/bin/node dist/subgraphs/order/main.js',
  '/usr/bin/node /x/watchdog.mjs /usr/sbin/mariadbd --no-defaults',
  '/usr/sbin/mariadbd --no-defaults --user=root',
  '/usr/bin/redis-server /x/redis.conf',
  '/usr/bin/valkey-server /x/redis.conf',
].map((command, i) => ({ pid: i + 1, parent: 1, command }));

it('processes are added up by what they do, and those that only start others are none of them', () => {
  expect(groupProcesses(processes)).toEqual({ router: [2, 3], order: [4], MySQL: [6], Redis: [7, 8] });
});

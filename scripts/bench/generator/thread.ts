import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import type { Load } from './load.ts';
import { Sender } from './sender.ts';

/** The thread that sends. It says when its connections are open, and begins when the thread that measures says so. */
const port = parentPort!;
for (;;) {
  const [load] = (await once(port, 'message')) as [Load];
  const sender = new Sender(load);
  await sender.open();
  port.postMessage('open');
  await once(port, 'message');
  const result = await sender.run();
  port.postMessage(result, [result.milliseconds.buffer as ArrayBuffer]);
}

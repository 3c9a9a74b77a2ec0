import { parentPort } from 'node:worker_threads';
import type { Load } from './load.ts';
import { Sender } from './sender.ts';

/** The thread that sends: what it does to the events of the one that measures is nothing. */
parentPort!.on('message', (load: Load) => {
  void new Sender(load).run().then((result) => {
    parentPort!.postMessage(result, [result.milliseconds.buffer as ArrayBuffer]);
  });
});

/**
 * node leaking-proxy-main.mjs URL memory|descriptors: a process that forwards requests to URL and keeps something of each, memory or an open file. It
 * serves its metrics at /metrics and prints its own URL once it listens.
 */
import { openSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { collectDefaultMetrics, register } from 'prom-client';

const [target, kind] = process.argv.slice(2);
const KEPT_BYTES = 1_048_576;
const kept = [];
const LEAKS = {
  // Filled, because untouched memory is not resident.
  memory: () => kept.push(Buffer.alloc(KEPT_BYTES, 1)),
  descriptors: () => kept.push(openSync('/dev/null')),
};

collectDefaultMetrics();
const server = createServer(async (request, response) => {
  if (request.url === '/metrics') return response.end(await register.metrics());
  LEAKS[kind]();
  const { method, headers, url } = request;
  const forwarded = send(new URL(url, target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));

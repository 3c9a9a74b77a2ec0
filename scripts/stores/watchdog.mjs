/**
 * Runs one server and ends it when the parent has ended, even by SIGKILL: the channel to the parent closes
 * then. It is started detached, so a Ctrl-C in the terminal reaches neither it
 * nor the server, and the parent stops things in its own order.
 *
 *   node watchdog.mjs BINARY ARG...     messages to the parent: { pid }, then { code, signal } or { error }
 */
import { spawn } from 'node:child_process';

const killAfterMs = 5000;
const [binary, ...args] = process.argv.slice(2);
const server = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });

const send = (message, then = () => undefined) => (process.connected ? process.send(message, then) : then());
const exit = (message) => send(message, () => process.exit(0));

server.on('spawn', () => send({ pid: server.pid }));
server.on('error', (error) => exit({ error: error.message }));
server.on('exit', (code, signal) => exit({ code, signal }));

function endServer() {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), killAfterMs).unref();
}

process.on('disconnect', endServer);
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, endServer);

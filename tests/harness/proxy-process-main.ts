import type { ProxyCommand } from './proxy-process.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The process of a `ProxyProcess`: host and port of the server, and the port to listen on (0: a free one). */
const [host, serverPort, port] = process.argv.slice(2);
const proxy = new TcpProxy({ host: host!, port: Number(serverPort) });

process.on('message', ([name, ...args]: ProxyCommand) => {
  (proxy[name] as (...given: readonly unknown[]) => void).apply(proxy, args);
});
process.on('disconnect', () => process.exit());
// Ctrl-C of a terminal reaches every process; the parent ends this one when the others have ended.
process.on('SIGINT', () => undefined);
process.send!(await proxy.start(Number(port)));

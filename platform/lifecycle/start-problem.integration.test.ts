import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../http/listen.ts';
import { listenProblem } from './start-problem.ts';

const sentenceFor = async (host: string, port: number) => {
  const server = createHttpServer();
  onTestFinished(() => void server.close());
  return listenProblem(await listen(server, host, port).catch((error: unknown) => error));
};

it('a port that is taken is named in one sentence', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const sentence = `It is not possible to listen at 127.0.0.1:${port}: another process, or another setting of this one, has this port (EADDRINUSE).`;
  expect(await sentenceFor('127.0.0.1', port)).toBe(sentence);
  expect(await sentenceFor('localhost', port)).toBe(sentence);
});

it('so is an address of another machine', async () => {
  expect(await sentenceFor('192.0.2.1', 4_000)).toContain('this machine does not have the address (HOST)');
});

it('an error of another kind is none of it', () => {
  const connecting = Object.assign(new Error('connect'), { code: 'EADDRNOTAVAIL', syscall: 'connect' });
  expect(listenProblem(connecting)).toBeNull();
});

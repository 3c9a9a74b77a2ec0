import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { HttpRequest } from '../../platform/http/types.ts';
import { RequestContext } from './request-context.ts';

type Head = Pick<HttpRequest, 'headers' | 'remoteAddress'>;

/** A logger that counts its children, and keeps their lines. */
function countedLogger() {
  const lines: Record<string, unknown>[] = [];
  const made = { children: 0, lines };
  const logger = pino(
    {
      level: 'info',
      onChild: () => {
        made.children += 1;
      },
    },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { logger, made };
}

const contextOf = (head: Partial<Head>, proxies = 0, logger = countedLogger().logger) =>
  new RequestContext(
    { headers: {}, remoteAddress: '198.51.100.7', ...head },
    Date.now(),
    { count: proxies, header: 'x-forwarded-for' },
    logger,
  );

it('has the address that the nearest trusted proxy wrote, and its network', () => {
  const head = { headers: { 'x-forwarded-for': '203.0.113.9, 2001:db8::1' } };
  expect(contextOf(head, 1)).toMatchObject({
    clientAddress: '2001:db8::1',
    clientNetwork: '2001:db8:0:0::/64',
  });
  expect(contextOf(head)).toMatchObject({ clientAddress: '198.51.100.7', clientNetwork: '198.51.100.7' });
});

it('keeps a harmless request id of the client, and makes one otherwise', () => {
  expect(contextOf({ headers: { 'x-request-id': 'request-1' } }).requestId).toBe('request-1');
  const made = contextOf({ headers: { 'x-request-id': '"\n"' } }).requestId;
  expect(made).toMatch(/^[\w-]{8,}$/);
  expect(contextOf({}).requestId).not.toBe(made);
});

it('makes a child logger when the first line is written, and only one', () => {
  const { logger, made } = countedLogger();
  const context = contextOf({ headers: { 'x-request-id': 'request-1' } }, 0, logger);
  expect([context.isLogged('info'), context.isLogged('debug'), made.children]).toEqual([true, false, 0]);
  context.logger.info('one');
  context.logger.info('two');
  expect(made.children).toBe(1);
  expect(made.lines.map(({ requestId }) => requestId)).toEqual(['request-1', 'request-1']);
});

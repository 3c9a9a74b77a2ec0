import { pino } from 'pino';
import { expect, it } from 'vitest';
import { OutageLog } from './outage-log.ts';

function logged() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const log = new OutageLog({ logger, begins: 'it fails', ends: 'it works again', fields: { job: 'sweep' } });
  return { log, messages: () => lines.map(({ msg, failures }) => [msg, failures]), lines };
}

const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

it('a failure that repeats is logged once, and its end with their number', () => {
  const { log, messages, lines } = logged();
  for (let failure = 0; failure < 92; failure++) log.failed(refused());
  log.worked();
  log.worked();
  expect(messages()).toEqual([
    ['it fails', 1],
    ['it works again', 92],
  ]);
  for (const line of lines) expect(line).toMatchObject({ job: 'sweep' });
});

it('another reason is logged, and each outage anew', () => {
  const { log, messages } = logged();
  log.failed(refused());
  log.failed(new Error('NOAUTH'));
  log.failed(refused());
  log.failed(new Error('NOAUTH'));
  log.worked();
  log.failed(refused());
  expect(messages()).toEqual([
    ['it fails', 1],
    ['it fails', 2],
    ['it works again', 4],
    ['it fails', 1],
  ]);
});

it('it is over when all sources work, and one that is closed does not count', () => {
  const { log, messages } = logged();
  const [one, other, closed] = [{}, {}, {}];
  for (const source of [one, other, closed]) log.failed(refused(), source);
  log.worked(one);
  log.forget(closed);
  expect(messages()).toEqual([['it fails', 1]]);
  log.worked(other);
  expect(messages()).toEqual([
    ['it fails', 1],
    ['it works again', 3],
  ]);
});

import { expect, it } from 'vitest';
import { Fault } from '../../platform/errors.ts';
import { UploadBudget } from './upload-budget.ts';

/** A request whose body arrives when the test says so. */
function request() {
  let arrive!: () => void;
  let refuseBody!: (reason: Fault) => void;
  const body = new Promise<string>((resolve, reject) => {
    arrive = () => resolve('body');
    refuseBody = reject;
  });
  return {
    headers: { 'content-length': '1000' } as Record<string, string>,
    readBody: () => body,
    refuseBody,
    arrive,
  };
}

type Sent = ReturnType<typeof request>;
const send = (bodies: UploadBudget, network: string, sent: Sent = request()) => {
  const result = bodies.receive(sent, network).catch((error: unknown) => (error as Fault).code);
  return { ...sent, result };
};

it('evicts the slowest uploads of a network that sends more than its budget', async () => {
  const bodies = new UploadBudget(100_000, { network: 3 * 5_096, all: 1_000_000 });
  const other = send(bodies, 'another');
  const all = Array.from({ length: 5 }, () => send(bodies, 'one'));
  expect(await all[0]!.result).toBe('UNAVAILABLE');
  expect(await all[1]!.result).toBe('UNAVAILABLE');
  for (const sent of [other, ...all]) sent.arrive();
  expect(await Promise.all(all.slice(2).map(({ result }) => result))).toEqual(['body', 'body', 'body']);
  expect(await other.result).toBe('body');
});

it('evicts the slowest uploads of all when many networks send', async () => {
  const bodies = new UploadBudget(100_000, { network: 1_000_000, all: 3 * 5_096 });
  const all = Array.from({ length: 5 }, (_, index) => send(bodies, `network-${index}`));
  for (const sent of all) sent.arrive();
  expect(await Promise.all(all.map(({ result }) => result))).toEqual([
    'UNAVAILABLE',
    'UNAVAILABLE',
    'body',
    'body',
    'body',
  ]);
});

it('forgets what has arrived, and what never will', async () => {
  const bodies = new UploadBudget(100_000, { network: 2 * 5_096, all: 1_000_000 });
  for (let n = 0; n < 20; n++) {
    const [good, bad] = [send(bodies, 'one'), send(bodies, 'one')];
    good.arrive();
    bad.refuseBody(new Fault('BAD_REQUEST'));
    expect([await good.result, await bad.result]).toEqual(['body', 'BAD_REQUEST']);
  }
});

it('takes a body of unknown length for the largest', async () => {
  const bodies = new UploadBudget(100_000, { network: 150_000, all: 1_000_000 });
  const first = send(bodies, 'one', { ...request(), headers: {} });
  const second = send(bodies, 'one', { ...request(), headers: {} });
  expect(await first.result).toBe('UNAVAILABLE');
  second.arrive();
  expect(await second.result).toBe('body');
});

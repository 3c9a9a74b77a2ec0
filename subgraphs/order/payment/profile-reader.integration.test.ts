import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json } from '../../../platform/http/server.ts';
import { createSubgraphClient } from '../../../platform/subgraph-client/client.ts';
import { startInstance } from '../../../platform/subgraph-client/testing/service-on-loopback.ts';
import { buyer } from '../../../tests/harness/subgraph-call.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { ProfileReader } from './profile-reader.ts';

describe('while the user subgraph accepts requests and does not respond', () => {
  const identity = { caller: buyer(randomUUID()), requestId: 'test', remainingMs: null };
  const ADDRESS = { postalCode: '1', line1: 'Here', line2: null };

  async function startHanging() {
    let respond = (): void => undefined;
    const responds = new Promise<void>((resolve) => {
      respond = resolve;
    });
    const instance = await startInstance('127.0.0.1', 0, async () => {
      await responds;
      return json(200, { data: { _entities: [{ address: ADDRESS }] } });
    });
    instance.isReady = false;
    const client = createSubgraphClient({
      urls: [`${instance.url}/graphql`],
      subgraph: 'user',
      identitySecret: 'a secret of the tests',
    });
    onTestFinished(() => client.close());
    return { instance, respond, profiles: new ProfileReader(client) };
  }

  it('one read at a time waits for it, two seconds at the most, and the others fail at once', async () => {
    const { instance, profiles } = await startHanging();
    await expect(profiles.addressOf(identity)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const begun = performance.now();
    let probeHasEnded = false;
    const probe = expect(profiles.addressOf(identity))
      .rejects.toMatchObject({ code: 'UNAVAILABLE' })
      .finally(() => {
        probeHasEnded = true;
      });
    for (let i = 0; i < 20; i++)
      await expect(profiles.addressOf(identity)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(probeHasEnded).toBe(false);
    await probe;
    expect(performance.now() - begun).toBeLessThan(6_000);
    expect(instance.received).toHaveLength(2);
  });

  it('the first read that it responds to makes it available again for all', async () => {
    const { instance, respond, profiles } = await startHanging();
    await expect(profiles.addressOf(identity)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const probe = profiles.addressOf(identity);
    await waitUntil('the probe to arrive', () => instance.received.length === 2);
    respond();
    expect(await probe).toEqual(ADDRESS);
    const reads = Array.from({ length: 5 }, () => profiles.addressOf(identity));
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 5 }, () => ADDRESS));
  });
});

import { describe, expect, it } from 'vitest';
import { Teardown, Interrupted } from './teardown.ts';

describe('the teardown', () => {
  it('stops things in the opposite order of their start, once', async () => {
    const stopped: string[] = [];
    const teardown = new Teardown();
    await teardown.add(() => void stopped.push('stores'));
    await teardown.add(() => void stopped.push('router'));
    await Promise.all([teardown.run(), teardown.run()]);
    expect(stopped).toEqual(['router', 'stores']);
  });

  it('runs every step where one of them fails, and then fails itself', async () => {
    const stopped: string[] = [];
    const teardown = new Teardown();
    await teardown.add(() => void stopped.push('stores'));
    await teardown.add(() => Promise.reject(new Error('It does not end.')));
    await teardown.add(() => void stopped.push('router'));
    await expect(teardown.run()).rejects.toThrow('It does not end.');
    expect(stopped).toEqual(['router', 'stores']);
  });

  it('stops what is started after it began, and interrupts the start', async () => {
    const stopped: string[] = [];
    const teardown = new Teardown();
    await teardown.run();
    await expect(teardown.add(() => void stopped.push('late'))).rejects.toThrow(Interrupted);
    expect(stopped).toEqual(['late']);
  });
});

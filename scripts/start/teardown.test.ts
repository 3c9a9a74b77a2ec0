import { describe, expect, it } from 'vitest';
import { Ending, Interrupted } from './teardown.ts';

describe('the end', () => {
  it('stops things in the opposite order of their start, once', async () => {
    const stopped: string[] = [];
    const ending = new Ending();
    await ending.add(() => void stopped.push('stores'));
    await ending.add(() => void stopped.push('router'));
    await Promise.all([ending.run(), ending.run()]);
    expect(stopped).toEqual(['router', 'stores']);
  });

  it('stops what is started after it began, and interrupts the start', async () => {
    const stopped: string[] = [];
    const ending = new Ending();
    await ending.run();
    await expect(ending.add(() => void stopped.push('late'))).rejects.toThrow(Interrupted);
    expect(stopped).toEqual(['late']);
  });
});

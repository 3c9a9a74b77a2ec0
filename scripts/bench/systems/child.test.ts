import { describe, expect, it } from 'vitest';
import { Teardown } from '../../start/teardown.ts';
import { startChild } from './child.ts';

const options = { name: 'the peer', args: [], environment: {} };

describe('a program that does not start', () => {
  it.each([
    ['is not there', { command: '/nonexistent' }, /^the peer did not start: spawn \/nonexistent ENOENT$/],
    [
      'cannot be started in its folder',
      { cwd: '/nonexistent', readyUrl: 'http://127.0.0.1:9' },
      /^the peer did not start: spawn .* ENOENT$/,
    ],
    [
      'throws',
      { args: ['-e', 'console.log("begins"); throw new TypeError("There is no port.")'] },
      /^the peer did not start: TypeError: There is no port\.\n[^]*begins/,
    ],
    ['ends without a word', { args: ['-e', 'process.exit(3)'] }, /^the peer did not start: it ended \(3\)$/],
    [
      'ends while its URL is awaited',
      { args: ['-e', 'process.exit(3)'], readyUrl: 'http://127.0.0.1:9' },
      /^the peer did not start: it ended \(3\)$/,
    ],
  ])(
    'and %s is reported in one line, and what was started before is stopped',
    async (_why, more, message) => {
      const teardown = new Teardown();
      const stopped: string[] = [];
      await teardown.add(() => void stopped.push('before'));
      await expect(startChild({ ...options, ...more }, teardown)).rejects.toThrow(message);
      await teardown.run();
      expect(stopped).toEqual(['before']);
    },
  );
});

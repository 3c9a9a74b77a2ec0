import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { descendantsOf } from '../../scripts/bench/record/process-tree.ts';
import { waitUntil } from '../harness/wait-until.ts';

function start(against: string) {
  const child = spawn(process.execPath, ['dist/tests/answers/main.js', '--against', against], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const routers = () =>
    descendantsOf(child.pid!)
      .filter(({ command }) => command.includes('router/main.js'))
      .map(({ pid }) => pid);
  return { child, ended, routers, output: () => output };
}

const runningOf = (pids: readonly number[]) => pids.filter((pid) => descendantsOf(pid).length > 0);

describe.skipIf(process.platform !== 'linux')('npm run answers', () => {
  it('stops both routers when it alone is interrupted', async () => {
    const { child, ended, routers } = start('.');
    const below = await waitUntil('two routers', routers, (pids) => pids.length === 2);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(runningOf(below)).toEqual([]);
  });

  it('ends, and stops the router of this checkout, where that of the other one does not start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firstcome-answers-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'dist/router'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "name": "firstcome", "type": "module" }');
    await writeFile(join(folder, 'dist/router/main.js'), 'throw new Error("There is no port.");');
    const { ended, output, routers } = start(folder);
    const below = await waitUntil('a router', routers, (pids) => pids.length > 0);
    expect([await ended, output()]).toEqual([1, expect.stringMatching(/^router ended \(1\)/)]);
    expect(runningOf(below)).toEqual([]);
  });
});

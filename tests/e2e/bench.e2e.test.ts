import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { descendantsOf } from '../../scripts/bench/record/process-tree.ts';
import { waitUntil } from '../harness/wait-until.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstcome-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BENCH = 'dist/scripts/bench.js';
const environment = { PATH: process.env['PATH'] };

function start(): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const args = [BENCH, '--quick', '--only', 'strategies', '--report', join(folder, 'report')];
  const child = spawn(process.execPath, args, {
    env: { ...environment, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output: () => output, ended };
}

describe.skipIf(process.platform !== 'linux')('npm run bench', () => {
  it('measures a table, checks every run against the stores, and writes a report that opens from disk', async () => {
    const { ended, output } = start();
    expect([await ended, output()]).toEqual([0, expect.stringContaining('The report is in')]);
    expect(output()).toMatch(/\d of 6: purchase, 20 users, strategy atomic, round 1 of 1, \d+ .*left/);

    const markdown = await readFile(join(folder, 'report/README.md'), 'utf8');
    expect(markdown).toContain('npm run bench -- --quick --only strategies');
    expect(markdown).toContain(process.version);
    expect(markdown).not.toContain('A void run');
    for (const row of ['read, 20 users', 'purchase, 20 users'])
      expect(markdown).toMatch(new RegExp(`\\| ${row} +\\| +[\\d,]+ \\| +[\\d,]+ \\| +[\\d,]+ \\|`));
    const page = await readFile(join(folder, 'report/index.html'), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/(?:src|href)=|https?:/);
    expect(await readdir(join(folder, 'report'))).toContain('throughput-purchase.svg');
    expect(await readdir(folder)).toEqual(['report']);
  }, 400_000);

  it('stops everything that it has started when it is interrupted', async () => {
    const { child, ended } = start();
    let below: number[] = [];
    const hasRouter = () => {
      const found = descendantsOf(child.pid!);
      below = found.map(({ pid }) => pid);
      return found.some(({ command }) => command.includes('router/main.js'));
    };
    await waitUntil('a router to run', hasRouter, Boolean, 120_000);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const running = () => below.filter((pid) => descendantsOf(pid).length > 0);
    await waitUntil('everything to have ended', running, (pids) => pids.length === 0);
    expect((await readdir(folder)).filter((name) => name !== 'report')).toEqual([]);
  }, 200_000);

  it('refuses a table that there is not, with a sentence', () => {
    const { status, stderr } = spawnSync(process.execPath, [BENCH, '--only', 'nonsense'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      64,
      expect.stringMatching(/^There is no table nonsense; --list names all\./),
    ]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Programs of other projects, which have their own help. */
const OTHERS = /^(tsc|eslint|prettier|knip|graphql-codegen)\b/;

const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The arguments of a script go to its last command. */
const last = (script: string) => script.split(' && ').at(-1)!;

const own = Object.entries(scripts)
  .filter(([name, script]) => !OTHERS.test(last(script)) && !/^pre|:generated$/.test(name))
  .map(([name, script]) => [name, last(script).split(' ').slice(1)] as const);

const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });

describe.each(own)('npm run %s', (name, args) => {
  it('answers --help, and does nothing else', () => {
    const { status, stdout, stderr } = run([...args, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.length).toBeGreaterThan(40);
  });

  // The arguments of the tests are those of vitest.
  if (['test', 'attacks'].includes(name)) return;
  it('refuses an option that it does not know, with a sentence', () => {
    const { status, stdout, stderr } = run([...args, '--nonsense']);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^Unknown (option|argument) '?--nonsense'?.*--help says/);
  });
});

/** Of a name in `scripts` and what is added to it. */
const runScript = (name: string, args: readonly string[], environment?: NodeJS.ProcessEnv) =>
  run([...own.find(([one]) => one === name)![1], ...args], environment);

const empty = mkdtempSync(join(tmpdir(), 'firstcome-command-lines-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('a folder, a file or a program that cannot be used is named in one sentence before anything is started', () => {
  const EMPTY = 'an empty folder';
  const pathOf = (text: string) => (text === EMPTY ? empty : text);

  it.each([
    ['bench', '--against', '/nonexistent', /takes a checkout of this project/],
    ['bench', '--against', EMPTY, /takes a checkout of this project/],
    ['bench', '--report', 'package.json', /takes a folder that can be written to, .* \(EEXIST\)/],
    ['bench', '--report', 'package.json/report', /takes a folder that can be written to, .* \(ENOTDIR\)/],
    ['perf:memory', '--router', '/nonexistent', /takes a checkout of this project/],
    ['answers', '--against', '/nonexistent', /takes a checkout of this project/],
    ['answers', '--against', EMPTY, /takes a checkout of this project/],
    ['answers', '--against=.', '--requests', '/nonexistent', /cannot be read \(ENOENT\)/],
    ['answers', '--against=.', '--requests', EMPTY, /takes a folder of recorded requests, .* has none/],
    ['answers', '--collect', EMPTY, /takes a folder of recorded requests, .* has none/],
    ['answers', '--against=.', '--differences', '/nonexistent/file', /cannot be written to \(ENOENT\)/],
  ])('npm run %s -- %s %s', (name, ...rest) => {
    const sentence = rest.pop() as RegExp;
    const { status, stdout, stderr } = runScript(name, (rest as string[]).map(pathOf));
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^--[a-z]+ .*\. --help says what there is\.\n$/);
    expect(stderr).toMatch(sentence);
  });

  it.skipIf(process.platform !== 'linux').each(['/nonexistent', EMPTY, 'package.json'])(
    'npm run bench, with HIVE_ROUTER=%s',
    (given) => {
      const program = pathOf(given);
      const args = ['--quick', '--only', 'router', '--report', join(empty, 'report')];
      const { status, stdout, stderr } = runScript('bench', args, { HIVE_ROUTER: program });
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toBe(`HIVE_ROUTER names ${program}, which is not an executable here.\n`);
    },
  );
});

describe('a setting of a load test that is too small or too large is named in one sentence', () => {
  const list = join(empty, 'list.json');
  beforeAll(() => writeFileSync(list, '[]'));

  it.each([
    ['retry-storm', 'BURST_EVERY', '0s'],
    ['retry-storm', 'DURATION', '0s'],
    ['abuse', 'DURATION', '0s'],
    ['purchase-to-payment', 'DURATION', '0s'],
  ])('npm run perf %s, with %s=%s', (script, name, value) => {
    const { status, stdout, stderr } = runScript('perf', [script], {
      TOKENS: list,
      ACCOUNTS: list,
      [name]: value,
    });
    expect([status, stdout]).toEqual([107, '']);
    expect(stderr).toBe(`${name} is not acceptable: expected 1s or more.\n`);
  });

  it.each([
    ['--workers', ['--workers', '1000'], {}],
    ['WORKERS', [], { WORKERS: '1000' }],
  ])('npm run perf, with %s of 1000', (name, args, environment) => {
    const { status, stdout, stderr } = runScript('perf', ['stock-read', ...args], environment);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(new RegExp(`^${name} is \\d+ at the most, 8 for each core, not 1000\\. .*\n$`));
  });
});

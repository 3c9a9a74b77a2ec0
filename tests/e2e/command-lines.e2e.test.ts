import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

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

const run = (args: readonly string[]) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test' },
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

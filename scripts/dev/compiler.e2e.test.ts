import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import type { CompilerMessage } from './compiler.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MESSAGE = 'platform/message.ts';

let root: string;
let compiler: ChildProcess;
const messages: CompilerMessage[] = [];

/** Longer than each source. */
const LENGTH = 200;

/** In one write, so that no state in between is seen. */
const write = (path: string, text: string) => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text.padEnd(LENGTH), { flag: existsSync(file) ? 'r+' : 'w' });
};

/** What the compiler has sent since then, once it is as long as this. */
const sentSince = async (before: number, count: number) =>
  (
    await waitUntil(
      `${count} messages`,
      () => messages.slice(before),
      (sent) => sent.length >= count,
      90_000,
    )
  ).map((message) => ({
    kind: message.kind,
    ...(message.kind === 'compiled' ? { services: message.services } : {}),
    ...(message.kind === 'failed' ? { runs: message.runs } : {}),
  }));

/** A project of four services, one line each. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'firstcome-dev-'));
  copyFileSync(join(ROOT, 'tsconfig.json'), join(root, 'tsconfig.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{ "type": "module" }');
  write('dist-dev/package.json', '{ "type": "module" }');
  write(MESSAGE, "export const message = 'a';\n");
  write('subgraphs/user/main.ts', `export { message } from '../../${MESSAGE}';\n`);
  for (const main of ['subgraphs/product/main.ts', 'subgraphs/order/main.ts', 'router/main.ts'])
    write(main, 'export const one = 1;\n');
  compiler = fork(join(ROOT, 'dist/scripts/dev/compiler.js'), { cwd: root });
  compiler.on('message', (message: CompilerMessage) => messages.push(message));
  await sentSince(0, 2);
}, 100_000);

afterAll(async () => {
  const ended = once(compiler, 'exit');
  compiler.kill('SIGKILL');
  await ended;
  rmSync(root, { recursive: true });
});

it('compiles an edit before its types are checked, and once', async () => {
  const before = messages.length;
  write(MESSAGE, "export const message = 'b';\nexport const wrong: number = 'text';\n");
  expect(await sentSince(before, 2)).toEqual([
    { kind: 'compiled', services: ['user'] },
    { kind: 'failed', runs: true },
  ]);
  // The next edit follows a message about the types: the check of one edit may see the next.
  write(MESSAGE, "export const message = 'd';\n");
  expect((await sentSince(before, 4)).slice(2)).toEqual([
    { kind: 'compiled', services: ['user'] },
    { kind: 'corrected' },
  ]);
});

it('compiles nothing of a source that cannot be parsed', async () => {
  const before = messages.length;
  write(MESSAGE, "export const message = 'e';\nexport const = 1;\n");
  expect(await sentSince(before, 1)).toEqual([{ kind: 'failed', runs: false }]);
  write(MESSAGE, "export const message = 'd';\n");
  expect((await sentSince(before, 2)).slice(1)).toEqual([{ kind: 'corrected' }]);
});

it('compiles a new module with the one that imports it', async () => {
  const before = messages.length;
  write('platform/fresh.ts', 'export const fresh = 1;\n');
  write('subgraphs/order/main.ts', "export { fresh } from '../../platform/fresh.ts';\n");
  expect(await sentSince(before, 1)).toEqual([{ kind: 'compiled', services: ['order'] }]);
});

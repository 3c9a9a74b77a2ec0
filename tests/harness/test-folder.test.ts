import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeTestFolder } from './test-folder.ts';

const ended = spawnSync(process.execPath, ['--version']).pid;

it('a run removes the folders that killed runs have left, and no other', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'firstcome-runs-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const yesterday = new Date(Date.now() - 86_400_000);
  const folders = [
    `firstcome-run-${ended}-left`,
    `firstcome-run-${process.pid}-runs`,
    `of-others-${ended}-x`,
  ];
  for (const name of folders) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'data'), 'x');
    await utimes(join(parent, name), yesterday, yesterday);
  }
  await mkdir(join(parent, `firstcome-run-${ended}-recent`));

  const made = await makeTestFolder(parent);
  expect(await readdir(made)).toEqual([]);
  const kept = [folders[1], folders[2], `firstcome-run-${ended}-recent`, basename(made)];
  expect((await readdir(parent)).sort()).toEqual(kept.sort());
});

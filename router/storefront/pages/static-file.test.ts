import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { HttpRequest } from '../../../platform/http/types.ts';
import { staticFile } from './static-file.ts';

it('is read again after it could not be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'page.css');
  const page = staticFile(pathToFileURL(file));
  const request = { method: 'GET', headers: {} } as HttpRequest;

  await expect(page(request)).rejects.toThrow('ENOENT');
  await writeFile(file, 'p {}');
  expect(await page(request)).toMatchObject({ status: 200, body: Buffer.from('p {}') });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { AffectedServices } from './affected-services.ts';

let folder: string;
let affected: AffectedServices;

const write = (files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstcome-dev-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  write({
    'subgraphs/user/main.js': `import '../../platform/redis/lock.js';`,
    'subgraphs/product/main.js': `const start = await import('./start.js');`,
    'subgraphs/product/start.js': `import { a } from '../../platform/errors.js'; import 'pino';`,
    'subgraphs/order/main.js': `export * from './stock/scripts.js';`,
    'subgraphs/order/stock/scripts.js': `import x from "../main.js"; import '../../../platform/errors.js';`,
    'router/main.js': '',
    'platform/errors.js': '',
    'platform/redis/lock.js': '',
  });
  affected = new AffectedServices(folder);
});

it.each([
  ['a module of one service', ['subgraphs/product/start.js'], ['product']],
  ['a module that two import through others', ['platform/errors.js'], ['product', 'order']],
  ['a module that is imported by none', ['platform/unused.js'], []],
  ['a script beside modules of one service', ['subgraphs/order/stock/lua/reserve-4.lua'], ['order']],
  ['a script of the platform', ['platform/redis/lua/extendLock-1.lua'], ['user']],
  ['the schema of a subgraph', ['schema/product.graphql'], ['product']],
  ['two modules', ['router/main.js', 'subgraphs/order/main.js'], ['order', 'router']],
])('%s affects the services that import it', (_, changed, services) => {
  expect(affected.of(changed)).toEqual(services);
});

it('follows an import that is new', () => {
  expect(affected.of(['platform/redis/lock.js'])).toEqual(['user']);
  write({ 'router/main.js': `import '../platform/redis/lock.js';` });
  expect(affected.of(['router/main.js'])).toEqual(['router']);
  expect(affected.of(['platform/redis/lock.js'])).toEqual(['user', 'router']);
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ModuleEmitter } from './emit-modules.ts';

let root: string;
let modules: ModuleEmitter;

const write = (path: string, text: string) => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const compiled = (path: string) => readFileSync(join(root, 'out', path), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firstcome-dev-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  modules = new ModuleEmitter(
    { root, output: join(root, 'out') },
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      rewriteRelativeImportExtensions: true,
      sourceMap: true,
      noEmitOnError: true,
    },
  );
});

it('writes a module without its types, with imports of what is compiled and a map to its source', () => {
  write('b/other.ts', 'export const other = 1;');
  write(
    'a/one.ts',
    "import { other } from '../b/other.ts';\nimport type { X } from './x.ts';\nexport const one: X = other;",
  );
  expect(modules.emit(['b/other.ts', 'a/one.ts'])).toEqual(['b/other.js', 'a/one.js']);
  const text = compiled('a/one.js');
  expect(text).toMatch(/^import \{ other \} from ['"]\.\.\/b\/other\.js['"];\nexport const one = other;\n/);
  expect(text).toContain('sourceMappingURL=one.js.map');
  expect(JSON.parse(compiled('a/one.js.map'))).toMatchObject({ sources: ['../../a/one.ts'] });
});

it('writes a module whose types are wrong', () => {
  write('one.ts', "export const one: number = 'text';");
  expect(modules.emit(['one.ts'])).toEqual(['one.js']);
});

it('does not count a module whose types alone changed', () => {
  write('one.ts', 'export const one = 1;');
  modules.emit(['one.ts']);
  write('one.ts', 'export const one: number = 1;');
  expect(modules.emit(['one.ts'])).toEqual([]);
});

it('writes none of several edits while one of them cannot be parsed, and then all of them', () => {
  write('one.ts', 'export const = 1;');
  write('two.ts', 'export const two = 2;');
  expect(modules.emit(['one.ts', 'two.ts'])).toEqual([]);
  expect(modules.hasPending).toBe(true);
  expect(existsSync(join(root, 'out'))).toBe(false);
  write('one.ts', 'export const one = 1;');
  expect(modules.emit(['one.ts'])).toEqual(['one.js', 'two.js']);
  expect(modules.hasPending).toBe(false);
});

it('writes what an edited module imports and was never compiled', () => {
  write('new/deep.ts', 'export const deep = 1;');
  write('new/first.ts', "export { deep } from './deep.ts';");
  write('one.ts', "export { deep } from './new/first.ts';");
  expect(modules.emit(['one.ts'])).toEqual(['one.js', 'new/first.js', 'new/deep.js']);
});

it('ignores a source that was deleted', () => {
  write('one.ts', 'export const = 1;');
  modules.emit(['one.ts']);
  rmSync(join(root, 'one.ts'));
  expect(modules.emit([])).toEqual([]);
  expect(modules.hasPending).toBe(false);
});

it('ignores a source that is empty, because an editor is writing it', () => {
  write('one.ts', 'export const one = 1;');
  modules.emit(['one.ts']);
  write('one.ts', '');
  expect(modules.emit(['one.ts'])).toEqual([]);
  expect(compiled('one.js')).toContain('one = 1');
});

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const FOLDERS = ['perf', 'platform', 'router', 'scripts', 'subgraphs', 'tests'];
/** Packages; generated types, which are made of the code; folders that tests make. */
const LEFT_OUT = /^(node_modules|__generated__|\..*)$/;
const IMPORT = /^(?:import|export)\s[^;]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm;

/** @returns addresses of all sources below a folder */
function sourcesIn(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.test(entry.name)) return [];
    if (entry.isDirectory()) return sourcesIn(new URL(`${entry.name}/`, folder));
    return /\.(ts|mjs|js)$/.test(entry.name) ? [new URL(entry.name, folder).href] : [];
  });
}

const importsIn = (source: string): string[] =>
  Array.from(source.matchAll(IMPORT), ([, from, bare, dynamic]) => (from ?? bare ?? dynamic)!);

/** The files that each file imports, for values or types. */
function readImports(): Map<string, string[]> {
  const files = FOLDERS.flatMap((name) => sourcesIn(new URL(`${name}/`, ROOT)));
  return new Map(
    files.map((file) => [
      file,
      importsIn(readFileSync(new URL(file), 'utf8')).map((name) => new URL(name, file).href),
    ]),
  );
}

/** @returns a way from a file back to itself; null when there is none */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    if (done.has(file) || !imports.has(file)) return null;
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    path.push(file);
    for (const imported of imports.get(file)!) {
      const cycle = visit(imported);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return null;
}

// It reads a thousand files, on a machine that may be busy.
it('no file imports itself by way of others, neither for values nor for types', { timeout: 60_000 }, () => {
  const imports = readImports();
  expect(imports.size).toBeGreaterThan(1_000);
  expect(findCycle(imports)).toBeNull();
});

it('a cycle is found', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(findCycle(imports)).toEqual(['b', 'c', 'b']);
});

it('every way of importing counts', () => {
  const source = [
    `import type { A } from './type.ts';`,
    `import {\n  b,\n  type C,\n} from './lines.ts';`,
    `import '../alone.ts';`,
    `export * from './again.ts';`,
    `type D = typeof import('./type-of.ts');`,
    `const { e } = await import('./later.ts');`,
    `import f from 'a-package';`,
  ].join('\n');
  expect(importsIn(source)).toEqual([
    './type.ts',
    './lines.ts',
    '../alone.ts',
    './again.ts',
    './type-of.ts',
    './later.ts',
  ]);
});

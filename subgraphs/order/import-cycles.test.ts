import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FOLDER = new URL('.', import.meta.url);
const IMPORT = /^(?:import|export)\s[^;]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm;

/** The files that each file of this subgraph imports, for values or types. Generated types are made of the code, so they do not count. */
function readImports(): Map<string, string[]> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('__generated__'),
  );
  return new Map(
    files.map((name) => {
      const file = new URL(name, FOLDER);
      const found = readFileSync(file, 'utf8').matchAll(IMPORT);
      return [file.href, Array.from(found, ([, from, dynamic]) => new URL((from ?? dynamic)!, file).href)];
    }),
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

it('no file imports itself by way of others, neither for values nor for types', () => {
  const imports = readImports();
  expect(imports.size).toBeGreaterThan(100);
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

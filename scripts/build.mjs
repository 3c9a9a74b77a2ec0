/**
 * `npm run build`: compiles everything to dist/ and puts the files that are read at run time (GraphQL, Lua, SQL, HTML)
 * beside the code that reads them. Does nothing when no source has changed since the last time.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.sources.json');

const folders = ['platform', 'router', 'subgraphs', 'scripts', 'tests', 'schema'];
const singleFiles = ['codegen.ts', 'vitest.config.ts', 'tsconfig.json', 'package.json'];
const compiled = /\.ts$/;
const readAtRunTime = /\.(graphql|lua|sql|html|css|svg|mjs)$/;

/** A package of its own, which is run from its sources. */
const notBuilt = join('tests', 'clients');

/** Every source file with its time and size; the answer to "has anything changed?". */
function listSources() {
  const inFolders = folders.filter((folder) => existsSync(join(root, folder))).flatMap(listFiles);
  return Object.fromEntries(
    [...singleFiles, ...inFolders]
      .filter((path) => compiled.test(path) || readAtRunTime.test(path) || path.endsWith('.json'))
      .map((path) => [path, statSync(join(root, path), { throwIfNoEntry: false })])
      .filter(([, found]) => found?.isFile())
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, found]) => [path, `${found.mtimeMs} ${found.size}`]),
  );
}

function listFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return path === notBuilt ? [] : listFiles(path);
  });
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8'));
  } catch {
    return undefined;
  }
}

/** True when dist/ was made from the sources as they are now. */
export function isBuilt() {
  return JSON.stringify(readStamp()) === JSON.stringify(listSources());
}

/** Brings dist/ up to date. Returns false, and prints the compiler's messages, when the sources do not compile. */
export function build() {
  const sources = listSources();
  const before = readStamp();
  // What lost its source must not run on (a migration, for one), and an incremental compiler would leave it there.
  const isStale = before === undefined || Object.keys(before).some((path) => !(path in sources));
  if (isStale) rmSync(dist, { recursive: true, force: true });
  rmSync(stamp, { force: true });

  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '--project', root], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) return false;

  for (const path of Object.keys(sources).filter((name) => readAtRunTime.test(name))) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    copyFileSync(join(root, path), join(dist, path));
  }
  writeFileSync(stamp, JSON.stringify(sources));
  return true;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = isBuilt() || build() ? 0 : 1;
}

/** The npm packages of a folder: are they those of its package-lock.json, and if not, get them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The clients that are tried against the system: a package of its own, which only tests and checks need. */
export const CLIENTS = join(root, 'tests/clients');

const lockFileOf = (folder) => join(folder, 'package-lock.json');
const stampOf = (folder) => join(folder, 'node_modules/.firstcome-lock');
/** npm's own note of what it put into node_modules. It is written last, so half an installation has none. */
const npmNoteOf = (folder) => join(folder, 'node_modules/.package-lock.json');

/** Of the output of npm when it fails. */
const mostLines = 25;

/** The command line of the npm that runs this process, or of the one on the PATH. */
export function npm() {
  const running = process.env.npm_execpath;
  return running?.endsWith('npm-cli.js') ? [process.execPath, running] : ['npm'];
}

/** True when the folder's node_modules holds what its package-lock.json lists. */
export function arePackagesInstalled(folder = root) {
  const installed = read(stampOf(folder));
  if (installed === undefined) return isNoteEqual(folder);
  return installed === hashOfLock(folder) && read(npmNoteOf(folder)) !== undefined;
}

/** Runs `npm ci` there, quietly unless it fails. Returns what it printed when it failed, else undefined. */
export function installPackages(folder = root) {
  const [command, ...args] = npm();
  // The compiler is a development package, which npm would leave out with NODE_ENV=production.
  const { status, stdout, stderr, error } = spawnSync(
    command,
    [...args, 'ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) return `npm could not be run: ${error.message}`;
  // The beginning names the failure; npm's own help follows.
  if (status !== 0) return `${stderr}${stdout}`.split('\n').slice(0, mostLines).join('\n');
  writeFileSync(stampOf(folder), hashOfLock(folder));
  return undefined;
}

function hashOfLock(folder) {
  return createHash('sha256')
    .update(readFileSync(lockFileOf(folder)))
    .digest('hex');
}

/** For packages that were installed with npm by hand: compares what is there with what should be. */
function isNoteEqual(folder) {
  const note = read(npmNoteOf(folder));
  if (note === undefined) return false;
  const wanted = JSON.parse(readFileSync(lockFileOf(folder), 'utf8')).packages;
  const present = JSON.parse(note).packages;
  const isSame = (path) => wanted[path]?.version === present[path].version;
  const isThere = (path) =>
    path === '' || wanted[path].optional || wanted[path].devOptional || path in present;
  return Object.keys(present).every(isSame) && Object.keys(wanted).every(isThere);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

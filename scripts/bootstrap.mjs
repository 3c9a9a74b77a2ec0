/**
 * What `npm start`, `npm test`, `npm run build` and `npm run check` run first. On a fresh checkout nothing is there but
 * Node, so this uses nothing else: it installs the packages, builds, and hands over.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { help } from './help.mjs';
import { arePackagesInstalled, CLIENTS, installPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const startedAt = Date.now();

const node = process.execPath;
/** EX_USAGE of sysexits.h. */
const USAGE = 64;

/** `builds` and `needsClients` may depend on the arguments. Where `options` are not given, these are for another program. */
const tasks = {
  start: {
    builds: true,
    // Before the packages are installed, which takes a minute.
    options: ['--urls', '--no-demo'],
    command: (args) => [node, '--enable-source-maps', 'dist/scripts/start.js', ...args],
  },
  dev: {
    builds: true,
    options: ['--no-demo'],
    command: (args) => [node, '--enable-source-maps', 'dist/scripts/dev.js', ...args],
  },
  test: {
    // Unit tests run the sources.
    builds: (args) => !isOnly(projectsIn(args), 'unit'),
    needsClients: mayRunClients,
    command: (args) => [node, 'node_modules/vitest/vitest.mjs', ...vitestMode(args)],
  },
  attacks: {
    builds: true,
    command: (args) => [node, 'node_modules/vitest/vitest.mjs', 'run', 'tests/attacks', ...args],
    environment: { ATTACK_ROUNDS: '20' },
  },
  chaos: {
    builds: true,
    command: (args) => [node, '--enable-source-maps', 'dist/tests/chaos/main.js', ...args],
  },
  mutants: {
    builds: true,
    command: (args) => [node, '--enable-source-maps', 'dist/tests/mutants/main.js', ...args],
  },
  build: { builds: true, options: [] },
  check: {
    builds: false,
    options: [],
    needsClients: () => true,
    command: () => [node, 'scripts/check.mjs'],
  },
  // Of `.ci/run`.
  ci: {
    builds: true,
    options: [],
    needsClients: () => true,
    command: () => [node, 'scripts/ci.mjs'],
  },
};

function main([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined)
    return exit(`Usage: node scripts/bootstrap.mjs ${Object.keys(tasks).join('|')} [ARG...]`);
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(help[name]);

  const unknown = task.options && args.find((arg) => !task.options.includes(arg));
  if (unknown !== undefined)
    return exit(`Unknown argument ${unknown}. npm run ${name} -- --help says what there is.`, USAGE);

  const tooOld = refuseOldNode();
  if (tooOld !== undefined) return exit(tooOld);
  const failure =
    install('the packages') ?? (task.needsClients?.(args) ? install('the clients', CLIENTS) : undefined);
  if (failure !== undefined) return exit(failure);
  const builds = typeof task.builds === 'function' ? task.builds(args) : task.builds;
  if (builds && !isBuilt()) {
    log('building');
    if (!build()) return exit('The sources do not compile.');
    log('built');
  }
  if (task.command !== undefined) handOver(task.command(args), task.environment);
}

/** @returns what went wrong, else undefined */
function install(what, folder) {
  if (arePackagesInstalled(folder)) return undefined;
  log(`installing ${what} (npm ci)`);
  const failure = installPackages(folder);
  if (failure !== undefined) return `${failure}\nCould not install ${what}: npm ci failed.`;
  log(`${what} installed`);
  return undefined;
}

/** False where the arguments choose other tests than those of `tests/clients/`, which have packages of their own. */
function mayRunClients(args) {
  const projects = projectsIn(args);
  if (projects.length > 0 && !projects.some((name) => /^(?:e2e|.*[*!].*)$/.test(name))) return false;
  const names = args.filter((arg, at) => !arg.startsWith('-') && !args[at - 1]?.startsWith('-'));
  return names.length === 0 || names.some((name) => 'tests/clients/clients.e2e.test.ts'.includes(name));
}

/** The kinds of tests that the arguments choose; none: all. */
function projectsIn(args) {
  return args.flatMap((arg, at) =>
    arg === '--project' ? [args[at + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  );
}

const isOnly = (projects, name) => projects.length > 0 && projects.every((project) => project === name);

function vitestMode(args) {
  return args.includes('--watch') ? ['watch', ...args.filter((arg) => arg !== '--watch')] : ['run', ...args];
}

function refuseOldNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [runningMajor, runningMinor] = process.versions.node.split('.').map(Number);
  const isOldEnough = runningMajor > major || (runningMajor === major && runningMinor >= minor);
  return isOldEnough ? undefined : `firstcome needs Node ${engines.node}; this is ${process.versions.node}.`;
}

/** Runs the command in place of this process, with its screen, its keyboard and its exit code. */
function handOver([command, ...args], environment = {}) {
  // The channel closes when this process is killed, which the child notices.
  const child = spawn(command, args, {
    cwd: root,
    env: { ...environment, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', (error) => exit(`${command} could not be run: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  onLossOfNpm(() => forward('SIGTERM'));
  // A terminal sends Ctrl-C to the child as well, and npm sends it once more: the child must get it once.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', hasTerminal ? () => undefined : forward);
}

/** npm's shell does not pass signals on: that it has ended is noticed by the change of the parent. */
function onLossOfNpm(act) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 500);
}

function log(what) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${what}`);
}

function exit(sentence, code = 1) {
  console.error(sentence);
  process.exit(code);
}

main(process.argv.slice(2));

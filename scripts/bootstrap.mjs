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

/** Where `options` are not given, the arguments are for another program, which knows them. */
const tasks = {
  start: {
    builds: true,
    // Before the packages are installed, which takes a minute.
    options: ['--urls', '--no-demo'],
    command: (args) => [node, '--enable-source-maps', 'dist/scripts/start.js', ...args],
  },
  test: {
    builds: true,
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
};

function main([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined)
    return leave(`Usage: node scripts/bootstrap.mjs ${Object.keys(tasks).join('|')} [ARG...]`);
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(help[name]);

  const unknown = task.options && args.find((arg) => !task.options.includes(arg));
  if (unknown !== undefined)
    return leave(`Unknown argument ${unknown}. npm run ${name} -- --help says what there is.`, USAGE);

  const tooOld = refuseOldNode();
  if (tooOld !== undefined) return leave(tooOld);
  const failure =
    install('the packages') ?? (task.needsClients?.(args) ? install('the clients', CLIENTS) : undefined);
  if (failure !== undefined) return leave(failure);
  if (task.builds && !isBuilt()) {
    say('building');
    if (!build()) return leave('The sources do not compile.');
    say('built');
  }
  if (task.command !== undefined) handOver(task.command(args), task.environment);
}

/** @returns what went wrong, else undefined */
function install(what, folder) {
  if (arePackagesInstalled(folder)) return undefined;
  say(`installing ${what} (npm ci)`);
  const failure = installPackages(folder);
  if (failure !== undefined) return `${failure}\nCould not install ${what}: npm ci failed.`;
  say(`${what} installed`);
  return undefined;
}

/** False where the arguments choose other tests than those of `tests/clients/`, which have packages of their own. */
function mayRunClients(args) {
  const projects = args.flatMap((arg, at) =>
    arg === '--project' ? [args[at + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  );
  if (projects.length > 0 && !projects.some((name) => /^(?:e2e|.*[*!].*)$/.test(name))) return false;
  const names = args.filter((arg, at) => !arg.startsWith('-') && !args[at - 1]?.startsWith('-'));
  return names.length === 0 || names.some((name) => 'tests/clients/clients.e2e.test.ts'.includes(name));
}

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

/** Runs the command in our place: its screen and keyboard are ours, and so is its exit code. */
function handOver([command, ...args], environment = {}) {
  // The channel tells the child, by closing, that we were killed.
  const child = spawn(command, args, {
    cwd: root,
    env: { ...environment, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', (error) => leave(`${command} could not be run: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  onLossOfNpm(() => forward('SIGTERM'));
  // A terminal sends Ctrl-C to the child as well, and npm sends it to us once more: the child must get it once.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', hasTerminal ? () => undefined : forward);
}

/** npm's shell does not pass signals on: when it has been ended, nobody else tells us. */
function onLossOfNpm(act) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 500);
}

function say(what) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${what}`);
}

function leave(sentence, code = 1) {
  console.error(sentence);
  process.exit(code);
}

main(process.argv.slice(2));

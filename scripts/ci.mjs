/**
 * What `.ci/run` runs once packages and dist/ are there: the checks and the tests, side by side. The output of the checks is printed
 * whole when they have ended, at a line boundary of the tests' output and before its last lines, which are the summary. Exit code 1
 * when either fails.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** vitest's own summary and ours. */
const HELD_LINES = 12;

const root = fileURLToPath(new URL('..', import.meta.url));

const print = (lines) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));

/** The lowest priority: some tests measure time. */
const checks = run(['nice', '-n', '19', process.execPath, 'scripts/check.mjs']);
lowerSessionPriority(checks.pid);
const tests = run([process.execPath, 'scripts/bootstrap.mjs', 'test']);

const checkLines = [];
const held = [];
checks.onLine((line) => checkLines.push(line));
tests.onLine((line) => {
  held.push(line);
  if (held.length > HELD_LINES) print([held.shift()]);
});

let interrupted;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal));
process.on('disconnect', () => interrupt('SIGTERM'));

const checked = checks.ended.then((code) => {
  print(['', '--- npm run check, beside the tests ---', ...checkLines, '---', '']);
  return code;
});
const [checkCode, testCode] = await Promise.all([checked, tests.ended]);
if (checkCode !== 0 && interrupted === undefined) print(['', 'npm run check failed: its output is above.']);
print(held);
process.exitCode = interrupted
  ? 128 + constants.signals[interrupted]
  : checkCode === 0 && testCode === 0
    ? 0
    : 1;
// The channel would keep this process.
process.channel?.unref();

/** Linux shares the CPU between sessions first (autogroup), so that `nice` counts only inside of one. */
function lowerSessionPriority(pid) {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // There are no such groups here, or the process has ended: `nice` is enough.
  }
}

/** In a process group of its own, so that Ctrl-C reaches it once, from here, and nothing of it outlives it. */
function run(command) {
  const child = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const closed = new Promise((resolve) => lines.once('close', resolve));
  const exited = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  return {
    pid: child.pid,
    onLine: (listener) => lines.on('line', listener),
    /** Resolves with the exit code when the process has ended and all of its output was read. */
    ended: exited.then(async (code) => {
      killGroup(child.pid, 'SIGKILL');
      await closed;
      return code;
    }),
    /** Only the process itself, which stops what it has started. */
    interrupt: () => child.kill('SIGINT'),
    kill: () => killGroup(child.pid, 'SIGKILL'),
  };
}

/** The checks hold nothing open; the tests stop their servers, and are killed at a second signal. */
function interrupt(signal) {
  checks.kill();
  if (interrupted === undefined) tests.interrupt();
  else tests.kill();
  interrupted ??= signal;
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

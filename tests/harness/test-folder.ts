import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NAME = /^firstcome-run-(\d+)-/;
/** What the servers of a run write at the same time, with a margin: of the file system, and of the memory of the machine. */
const NEEDED_BYTES = 4 * 1024 ** 3;
const AVAILABLE_BYTES = 8 * 1024 ** 3;

/** No run takes that long. A process id means nothing where containers share the file system, so time counts as well. */
const LEFT_MS = 3_600_000;

/**
 * Makes the folder in which everything that a run writes is: in memory, where there is enough of it, because what most tests wait for
 * is the disk (a new database alone is dozens of flushes). Nothing in it has to survive the machine.
 */
export async function makeTestFolder(parent = isMemoryEnough() ? MEMORY : tmpdir()): Promise<string> {
  await removeOfKilledRuns(parent);
  return mkdtemp(join(parent, `firstcome-run-${process.pid}-`));
}

function isMemoryEnough(): boolean {
  if (process.platform !== 'linux' || !existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= NEEDED_BYTES && process.availableMemory() >= AVAILABLE_BYTES;
}

/** A run that was killed leaves its folder, and with it memory that no process holds. */
async function removeOfKilledRuns(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(parent, name);
    // Another run may be removing it, too.
    const changedAt = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (Date.now() - changedAt > LEFT_MS) await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user: it runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../stores/process-table.ts';

const MARK = 'start.pid';
/** Of the command lines of what takes a data folder. */
const PROGRAMS = ['scripts/start.js', 'scripts/dev.js'];

/**
 * Takes the data folder for this process, making it when it is new. Returns what gives it back. Throws a sentence when
 * another start has it; the mark of one that crashed is taken over.
 */
export function lockDataDir(
  dataDir: string,
  advice = 'stop it first, or set DATA_DIR to another folder',
): () => void {
  mkdirSync(dataDir, { recursive: true });
  const owner = ownerOf(dataDir);
  if (owner !== undefined) {
    throw new Error(`Another npm start or npm run dev (process ${owner}) is using ${dataDir}: ${advice}.`);
  }
  const mark = join(dataDir, MARK);
  rmSync(mark, { force: true });
  // "wx": of two that come this far at once, one fails.
  writeFileSync(mark, `${process.pid}\n`, { flag: 'wx' });
  return () => rmSync(mark, { force: true });
}

/** The process of another start that is using this folder. */
export function ownerOf(dataDir: string): number | undefined {
  const owner = pidIn(join(dataDir, MARK));
  if (owner === undefined || owner === process.pid) return undefined;
  return PROGRAMS.some((program) => isRunning(owner, program)) ? owner : undefined;
}

function pidIn(mark: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(mark, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : -1;
  } catch {
    return undefined;
  }
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../stores/process-table.ts';

const MARK = 'start.pid';

/**
 * Takes the data folder for this process, making it when it is new. Returns what gives it back. Throws a sentence when
 * another start has it; the mark of one that crashed is taken over.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const owner = ownerOf(dataDir);
  if (owner !== undefined) {
    throw new Error(
      `Another npm start (process ${owner}) is using ${dataDir}: stop it first, or set DATA_DIR to another folder.`,
    );
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
  return owner !== undefined && owner !== process.pid && isRunning(owner, 'start.js') ? owner : undefined;
}

function pidIn(mark: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(mark, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : -1;
  } catch {
    return undefined;
  }
}

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';
import type { StoreFolder } from './store-folder.ts';
import { isRunning } from './process-table.ts';

/** Longer than a watchdog takes to end its server. */
const waitForWatchdogMs = 8000;
const waitForServerMs = 10_000;

type Note = { server: number; watchdog: number };

/** Remembers in the folder which server works there. */
export function noteServer(folder: StoreFolder, server: ServerProcess): void {
  const note: Note = { server: server.pid, watchdog: server.watchdogPid };
  folder.writePrivate('server.json', JSON.stringify(note));
}

/**
 * Waits until no server of an earlier run works in the folder: after a crash its watchdog ends it within seconds. One
 * whose watchdog was killed as well is ended here. Throws a sentence when another server is using the folder.
 */
export async function endStaleServer(folder: StoreFolder): Promise<void> {
  const note = readNote(folder);
  if (note === undefined) return;
  const runs = () => isRunning(note.server, folder.path);
  const hasWatchdog = () => isRunning(note.watchdog, 'watchdog.mjs');

  if (await until(() => !runs() || !hasWatchdog(), waitForWatchdogMs)) {
    if (!runs()) return;
    process.kill(note.server, 'SIGTERM');
    if (await until(() => !runs(), waitForServerMs)) return;
    process.kill(note.server, 'SIGKILL');
    if (await until(() => !runs(), waitForServerMs)) return;
  }
  throw new Error(
    `Another server (process ${note.server}) is using ${folder.path}: stop it, or use another folder.`,
  );
}

function readNote(folder: StoreFolder): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(folder.file('server.json'), 'utf8')) as Partial<Note>;
    const { server, watchdog } = note;
    return Number.isInteger(server) && Number.isInteger(watchdog) ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
  for (const giveUpAt = Date.now() + withinMs; !holds(); await sleep(50)) {
    if (Date.now() > giveUpAt) return false;
  }
  return true;
}

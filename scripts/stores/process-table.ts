import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The command line of a running process; empty when there is none with this id. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/**
 * True when the process runs and its command line contains `mark`. A file may keep a process id for weeks, and by
 * then the id may belong to anything, so the id alone proves nothing.
 */
export function isRunning(pid: number, mark: string): boolean {
  return commandOf(pid).includes(mark);
}

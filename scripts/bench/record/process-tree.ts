import { readdirSync, readFileSync } from 'node:fs';

/** Processes of Linux, as `/proc` shows them. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** The program and its arguments. */
  readonly command: string;
}

/** @throws a sentence where the system has none, as on a Mac */
export function requireProc(): void {
  try {
    readFileSync('/proc/self/stat');
  } catch {
    throw new Error(
      'npm run bench reads the CPU time of processes in /proc, which is not here: run it on Linux.',
    );
  }
}

/** This process and all below it. */
export function descendantsOf(root: number): ProcessInfo[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined);
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** Undefined for one that has ended. */
function readProcess(pid: number): ProcessInfo | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(statFields(pid)[1]), command };
  } catch {
    return undefined;
  }
}

/** From the third field of `/proc/PID/stat` on: the second is the program's name in brackets, which may hold spaces. */
export function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

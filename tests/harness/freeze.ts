import { readdir, readFile } from 'node:fs/promises';
import type { RunningServer } from '../../scripts/stores/server-process.ts';
import { waitUntil } from './wait-until.ts';

/** Stops a server as its machine would that hangs: its connections stay open. Resolves when each of its threads has stopped. */
export async function freeze(server: Pick<RunningServer, 'pid' | 'signal'>): Promise<void> {
  server.signal('SIGSTOP');
  await waitUntil(
    'the server to stop',
    () => threadStates(server.pid),
    (states) => states.every((state) => state === 'T'),
  );
}

/** As in proc_pid_stat(5): the letter behind the name, which stands in brackets. */
async function threadStates(pid: number): Promise<(string | undefined)[]> {
  const folder = `/proc/${pid}/task`;
  const stats = (await readdir(folder)).map((thread) => readFile(`${folder}/${thread}/stat`, 'utf8'));
  return (await Promise.all(stats)).map((stat) => stat.slice(stat.lastIndexOf(')') + 2)[0]);
}

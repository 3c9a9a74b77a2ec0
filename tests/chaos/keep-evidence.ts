import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChaosSystem } from './chaos-system.ts';
import type { Result } from './experiment.ts';

/** The history of an experiment, a request a line, and the log of every process. @returns the folder */
export async function keepEvidence(base: string, system: ChaosSystem, result: Result): Promise<string> {
  const folder = join(base, result.fault.name);
  await mkdir(folder, { recursive: true });
  const calls = [...result.purchases, ...result.others].sort((a, b) => a.begunAt - b.begunAt);
  await writeFile(join(folder, 'history.jsonl'), calls.map((made) => `${JSON.stringify(made)}\n`).join(''));
  await writeFile(join(folder, 'broken-rules.txt'), `${result.broken.join('\n')}\n`);
  for (const [i, service] of system.services.entries())
    await writeFile(join(folder, `${service.name}-${i}.log`), service.log);
  return folder;
}

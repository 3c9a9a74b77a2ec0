import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChaosSystem } from './chaos-system.ts';
import type { History } from './history.ts';

/** The history of a round, a request a line, what was wrong, and the log of every process. @returns the folder */
export async function keepEvidence(
  base: string,
  name: string,
  evidence: {
    readonly system: ChaosSystem;
    readonly history: History;
    readonly sentences: readonly string[];
  },
): Promise<string> {
  const folder = join(base, name.replace(/[^\w-]+/g, '-'));
  await mkdir(folder, { recursive: true });
  const lines = evidence.history.all.map((made) => `${JSON.stringify(made)}\n`);
  await writeFile(join(folder, 'history.jsonl'), lines.join(''));
  await writeFile(join(folder, 'broken-rules.txt'), `${evidence.sentences.join('\n')}\n`);
  for (const [i, service] of evidence.system.services.entries())
    await writeFile(join(folder, `${service.name}-${i}.log`), service.log);
  return folder;
}

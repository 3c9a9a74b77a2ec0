import { isPortFree } from '../stores/free-port.ts';

/** By the variable that sets it. */
export type Ports = Readonly<Record<string, number>>;

/** @throws one sentence for each port that is taken or given twice; each names the variable */
export async function requireFreePorts(ports: Ports): Promise<void> {
  const entries = Object.entries(ports);
  const problems = await Promise.all(
    entries.map(async ([variable, port], index) => {
      const first = entries.findIndex(([, other]) => other === port);
      if (first < index)
        return `${entries[first]![0]} and ${variable} are both ${port}: give each a port of its own.`;
      if (await isPortFree(port)) return undefined;
      return `Port ${port} is in use: stop what listens there, or set ${variable} to another port.`;
    }),
  );
  const sentences = problems.filter((problem) => problem !== undefined);
  if (sentences.length > 0) throw new Error(sentences.join('\n'));
}

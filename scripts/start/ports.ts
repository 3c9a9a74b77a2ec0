import { isPortFree } from '../stores/free-port.ts';
import type { Settings } from './settings.ts';

/** Throws a sentence that names the variable when a port is taken, or wanted twice. */
export async function requireFreePorts(ports: Settings['ports']): Promise<void> {
  const seen = new Map<number, string>();
  for (const [variable, port] of Object.entries(ports)) {
    const other = seen.get(port);
    if (other !== undefined)
      throw new Error(`${other} and ${variable} are both ${port}: give each a port of its own.`);
    seen.set(port, variable);
    if (!(await isPortFree(port))) {
      throw new Error(`Port ${port} is in use: stop what listens there, or set ${variable} to another port.`);
    }
  }
}

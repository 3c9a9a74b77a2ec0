import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LeakingProxy {
  readonly url: string;
  close(): void;
}

/** A process of its own that forwards requests, and keeps memory or an open file of each. It serves its metrics at `/metrics`. */
export async function startLeakingProxy(
  target: string,
  leak: 'memory' | 'descriptors',
): Promise<LeakingProxy> {
  const program = fileURLToPath(new URL('./leaking-proxy-main.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, target, leak], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), close: () => void child.kill() };
}

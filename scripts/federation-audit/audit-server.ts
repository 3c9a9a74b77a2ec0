import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../stores/free-port.ts';

/** One supergraph of the audit and what is expected of a gateway that serves it. */
export interface Suite {
  readonly id: string;
  readonly supergraph: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly query: string;
  /** `errors` left out: none are expected, unless it says that they do not count. */
  readonly expected: { readonly data?: unknown; readonly errors?: boolean };
}

export interface Audit {
  suites(): Promise<readonly Suite[]>;
  close(): Promise<void>;
}

const START_WITHIN_MS = 60_000;

/** The audit's own server, on the loopback interface alone. */
const SERVER = `
  import { createServer } from 'node:http';
  import { createRouter } from './src/index.ts';
  // Longer than any pause between two requests, so that no connection ends in the moment in which it is used again.
  createServer({ keepAliveTimeout: 600_000 }, createRouter()).listen(Number(process.env.AUDIT_PORT), '127.0.0.1');
`;

/** Starts the subgraphs of the audit. @param folder a copy of the audit, its packages installed */
export async function startAudit(folder: string): Promise<Audit> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', SERVER], {
    cwd: folder,
    env: { ...process.env, AUDIT_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };

  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await answers(`${url}/_health`))) {
    if (child.exitCode === null && Date.now() < deadline) await sleep(100);
    else {
      await close();
      throw new Error(`The audit at ${folder} does not start:\n${log}`);
    }
  }
  return { suites: () => readSuites(url), close };
}

async function readSuites(url: string): Promise<readonly Suite[]> {
  const ids = await readJson<readonly string[]>(`${url}/ids`);
  const suites: Suite[] = [];
  // In turn: the audit composes each supergraph when it is requested.
  for (const id of ids)
    suites.push({
      id,
      supergraph: await (await fetch(`${url}/${id}/supergraph`)).text(),
      cases: await readJson<readonly Case[]>(`${url}/${id}/tests`),
    });
  return suites;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function readJson<Value>(url: string): Promise<Value> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return (await response.json()) as Value;
}

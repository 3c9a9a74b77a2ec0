import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findExecutable, findServer, type FoundServer, type Store } from './find-server.ts';

type Log = (line: string) => void;

/** Sets of packages, the first that apt knows: servers and, where there is a choice, no system service. */
const packages: Record<Store, readonly (readonly string[])[]> = {
  mysql: [['mariadb-server-core', 'mariadb-client-core'], ['default-mysql-server-core']],
  redis: [['redis-server'], ['valkey-server']],
};

/** Another start may be installing right now: wait for apt's lock, in seconds. */
const aptOptions = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];

const label: Record<Store, string> = { mysql: 'MySQL or MariaDB', redis: 'Redis or Valkey' };

/** Debian's own switch against services that start when they are installed; 101 means "not allowed". */
const policyFile = '/usr/sbin/policy-rc.d';

/**
 * The store's server on this machine; as root with apt-get it is installed first when there is none, and the log
 * says so. Throws one sentence naming the choices when it can be neither found nor installed.
 */
export async function ensureServer(store: Store, log: Log = () => undefined): Promise<FoundServer> {
  const found = findServer(store);
  if (found !== undefined) return found;
  const aptGet = findExecutable(['apt-get']);
  if (process.getuid?.() !== 0 || aptGet === undefined) throw new Error(choices(store));

  const failure = await install(aptGet, packages[store], log);
  const installed = findServer(store);
  if (installed === undefined) throw new Error(`${choices(store)} apt-get could not install it: ${failure}`);
  return installed;
}

/** Installs what is missing of the wanted servers, one after the other, since apt does one thing at a time. */
export async function installServers(wanted: Record<Store, boolean>, log?: Log): Promise<void> {
  if (wanted.mysql) await ensureServer('mysql', log);
  if (wanted.redis) await ensureServer('redis', log);
}

function choices(store: Store): string {
  const apt = (packages[store][0] ?? []).join(' ');
  const brew = store === 'mysql' ? 'mariadb' : 'redis';
  const variable = store === 'mysql' ? 'MYSQL_URL' : 'REDIS_URL';
  return (
    `No ${label[store]} server was found: start everything with docker compose (\`docker compose up\`), ` +
    `or install one with apt (\`sudo apt-get install ${apt}\`) or brew (\`brew install ${brew}\`), ` +
    `or set ${variable} to a running one.`
  );
}

/** Tries one set after the other, then all again with fresh package lists. Returns the output of the last failure. */
export async function install(
  aptGet: string,
  sets: readonly (readonly string[])[],
  log: Log,
): Promise<string> {
  const allowServicesAgain = forbidServices();
  let failure = '';
  try {
    for (const refresh of [false, true]) {
      if (refresh) {
        log('refreshing the package lists of apt');
        failure = (await run(aptGet, ['update', '-qq'])) ?? failure;
      }
      for (const names of sets) {
        log(`installing ${names.join(' and ')} with apt-get, once`);
        const failed = await run(aptGet, [...aptOptions, 'install', ...names]);
        if (failed === undefined) return '';
        failure = failed;
      }
    }
  } finally {
    allowServicesAgain();
  }
  return failure;
}

/** Our servers are private children: a system service beside them would take memory and a port for nothing. */
function forbidServices(): () => void {
  if (existsSync(policyFile)) return () => undefined;
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(policyFile, { force: true });
}

/** Runs quietly; resolves to undefined, or to the last lines that it printed when it failed. */
function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : output.trim().split('\n').slice(-3).join(' ')),
    );
  });
}

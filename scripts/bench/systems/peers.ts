import { resolve } from 'node:path';
import { arePackagesInstalled, installPackages } from '../../packages.mjs';

/** The package of the peers, which only this benchmark installs. */
export const PEERS = resolve('perf/peers');

/** @throws with what npm printed when it fails */
export function installPeers(say: (what: string) => void): void {
  if (arePackagesInstalled(PEERS)) return;
  say('installing the peers (npm ci in perf/peers)');
  const failure = installPackages(PEERS);
  if (failure !== undefined) throw new Error(`The peers could not be installed: npm ci failed.\n${failure}`);
}

/** True when the folder's node_modules holds what its package-lock.json lists. */
export function arePackagesInstalled(folder: string): boolean;
/** Runs `npm ci` there, quietly unless it fails. Returns what it printed when it failed, else undefined. */
export function installPackages(folder: string): string | undefined;

import { ConfigurationError, isProduction } from '../config/environment.ts';

/**
 * Places in the code at which a test may have the process killed or frozen: `FAULT_POINT=before-commit:SIGKILL`. The signal
 * is sent once, when the place is first reached. Not in production.
 */
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;

interface FaultPoint {
  readonly name: string;
  readonly signal: (typeof SIGNALS)[number];
}

let armed: FaultPoint | null = read(process.env['FAULT_POINT']);

/** Does nothing unless this is the place that `FAULT_POINT` names. */
export function reachFaultPoint(name: string): void | Promise<void> {
  if (armed?.name !== name) return;
  const { signal } = armed;
  armed = null;
  process.kill(process.pid, signal);
  // The signal arrives a moment later; whatever comes after this place must not happen before it.
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function read(setting: string | undefined): FaultPoint | null {
  if (!setting) return null;
  if (isProduction()) throw new ConfigurationError('FAULT_POINT must not be set in production.');
  const [name, signal] = setting.split(':');
  const known = SIGNALS.find((one) => one === signal);
  if (!name || !known)
    throw new ConfigurationError(
      'FAULT_POINT is not acceptable: expected <place>:SIGKILL or <place>:SIGSTOP.',
    );
  return { name, signal: known };
}

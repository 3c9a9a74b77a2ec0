import { ConfigurationError, isProduction, settingOf } from '../config/environment.ts';
import type { Logger } from '../logger.ts';

/**
 * A failpoint: fault injection for tests, by `FAULT_POINT`. Never in production.
 *
 * `before-commit:SIGKILL` (or `SIGSTOP`): the process is killed or frozen when it first reaches that place in the code.
 * `stock-guard:OFF`: that guard is disabled, to show that the checks of the results would detect it.
 */
type Failpoint =
  | { readonly kind: 'trigger'; readonly place: string; readonly signal: 'SIGKILL' | 'SIGSTOP' }
  | { readonly kind: 'disable'; readonly guard: string };

let armed: Failpoint | null = null;

/**
 * Call at the start of a process; until then there are no faults.
 *
 * @param places those that the process reaches
 * @throws {ConfigurationError} in production, and for a setting that names no fault
 */
export function armFailpoint(
  logger: Logger,
  places: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): void {
  const setting = settingOf('FAULT_POINT', environment);
  armed = setting ? read(setting, places, environment) : null;
  if (armed) logger.warn({ faultPoint: setting }, 'a failpoint is armed, which only tests do');
}

/** Does nothing unless this is the place that `FAULT_POINT` names. */
export function reachFailpoint(place: string): void | Promise<void> {
  if (armed?.kind !== 'trigger' || armed.place !== place) return;
  const { signal } = armed;
  armed = null;
  process.kill(process.pid, signal);
  // The signal arrives a moment later; code after this place must not run before it.
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** Whether this is the guard that `FAULT_POINT` disables. */
export const isLeftOut = (guard: string): boolean => armed?.kind === 'disable' && armed.guard === guard;

function read(setting: string, places: readonly string[], environment: NodeJS.ProcessEnv): Failpoint {
  if (isProduction(environment)) throw new ConfigurationError('FAULT_POINT must not be set in production.');
  const [, name, fault] = /^([a-z-]+):(SIGKILL|SIGSTOP|OFF)$/.exec(setting) ?? [];
  if (name && fault === 'OFF') return { kind: 'disable', guard: name };
  if (name && places.includes(name) && (fault === 'SIGKILL' || fault === 'SIGSTOP'))
    return { kind: 'trigger', place: name, signal: fault };
  throw new ConfigurationError(
    'FAULT_POINT is not acceptable: expected <place>:SIGKILL or <place>:SIGSTOP, with a place that the process has, or <guard>:OFF.',
  );
}

import type { Logger } from '../logger.ts';
import { ConfigurationError, isProduction, settingOf } from './environment.ts';
import { STAND_INS, type ProcessName, type StandIn } from './stand-ins.ts';

export interface ChosenStandIn {
  readonly setting: string;
  readonly message: string;
}

/**
 * @returns those that this process uses and must warn of
 * @throws {ConfigurationError} a sentence for each that production refuses, or that is not chosen there; and when a process that
 * other machines can reach has no NODE_ENV
 */
export function chooseStandIns(
  process: ProcessName,
  environment: NodeJS.ProcessEnv,
): readonly ChosenStandIn[] {
  requireMode(environment);
  const production = isProduction(environment);
  const mine = STAND_INS.filter(({ processes }) => processes.includes(process));
  const refusals = production ? mine.flatMap((standIn) => refusalOf(standIn, environment)) : [];
  if (refusals.length > 0) throw new ConfigurationError(refusals.join('\n'));
  return mine
    .filter((standIn) => isChosen(standIn, environment) && (production || !standIn.isDefault))
    .map(({ name, standsInFor, consequence, choice }) => ({
      setting: choice![0],
      message: `${choice!.join('=')}: ${name} in place of ${standsInFor}; ${consequence}`,
    }));
}

/** Call at the start of a process. */
export function warnOfStandIns(standIns: readonly ChosenStandIn[], logger: Pick<Logger, 'warn'>): void {
  for (const { setting, message } of standIns) logger.warn({ setting }, message);
}

function refusalOf(standIn: StandIn, environment: NodeJS.ProcessEnv): string[] {
  const { name, standsInFor, choice, real, isDefault, inProduction } = standIn;
  const isSet = (setting: string) => settingOf(setting, environment) !== undefined;
  const missing = real.filter((setting) => !isSet(setting));
  const settings = missing.join(' and ');
  switch (inProduction) {
    case 'leftOut':
      return [];
    case 'refused':
      if (choice) return isSet(choice[0]) ? [`${choice[0]} must not be set in production.`] : [];
      return missing.length > 0 ? [`${settings} must be set in production, for ${standsInFor}.`] : [];
    case 'chosen': {
      const isReal = real.length > 0 && missing.length === 0;
      if (!isDefault || isReal || isSet(choice![0])) return [];
      return [
        `${settings || choice![0]} must be set in production, for ${standsInFor}; ${choice!.join('=')} puts ${name} in its place.`,
      ];
    }
  }
}

const isChosen = ({ choice }: StandIn, environment: NodeJS.ProcessEnv): boolean =>
  choice !== null && settingOf(choice[0], environment) === choice[1];

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** Development has accounts whose passwords are public, so it is no default where other machines reach them. */
function requireMode(environment: NodeJS.ProcessEnv): void {
  const host = settingOf('HOST', environment);
  if (!host || LOOPBACK.test(host) || settingOf('NODE_ENV', environment)) return;
  throw new ConfigurationError(
    `NODE_ENV must be set where other machines reach this process (HOST is ${host}): production, or development, which has accounts with public passwords.`,
  );
}

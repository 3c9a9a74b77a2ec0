import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { parseMysqlUrl } from '../mysql/mysql-url.ts';
import { parseRedisUrl } from '../redis/redis-url.ts';
import { nodeEnvironment } from './environment.ts';
import { UrlProblem } from './url-options.ts';

/** The kinds of value that settings have, and the settings that every process shares. */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const durationText = z.string().regex(/^\d+(ms|s|m|h|d)$/, {
  error: 'expected a number and a unit, for example 250ms, 30s, 15m, 12h or 7d',
  abort: true,
});

const toMs = (text: string): number => {
  const unit = text.replace(/^\d+/, '') as keyof typeof UNITS;
  return Number.parseInt(text, 10) * UNITS[unit];
};

/** A timer of Node takes 24.8 days; one that is set to more fires at once. */
const LONGEST_TIMER = '24d';

/** For what is added to the time of day and stored, or subtracted from it: MySQL's DATETIME ends in 9999. */
export const A_CENTURY = '36500d';

const durationUpTo = (longest: string) =>
  durationText.refine((text) => toMs(text) <= toMs(longest), `expected at most ${longest}`);

/**
 * A length of time such as `250ms`, `15m` or `1d`; read as milliseconds.
 *
 * @param longest what is accepted at the most; by default the longest delay of a timer
 */
export const duration = (preset: string, longest = LONGEST_TIMER) =>
  durationUpTo(longest).default(preset).transform(toMs);

/** As `duration`, for what holds only where it is set. */
export const optionalDuration = (longest = LONGEST_TIMER) => durationUpTo(longest).transform(toMs).optional();

export const port = (preset: number) =>
  z.coerce
    .number('expected a port number')
    .int('expected a port number')
    .min(0, 'expected a port number')
    .max(65_535, 'expected a port number')
    .default(preset);

const wholeNumber = (smallest: number) =>
  z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(smallest, `expected at least ${smallest}`);

export const count = (preset: number, smallest = 1) => wholeNumber(smallest).default(preset);

const FROM_0_TO_1 = 'expected a number from 0 to 1';
export const share = (preset: number) =>
  z.coerce.number(FROM_0_TO_1).min(0, FROM_0_TO_1).max(1, FROM_0_TO_1).default(preset);

/** As `count`, for what is worked out where it is not set. */
export const optionalCount = () => wholeNumber(1).optional();

/** More than that are put on several machines. */
const MOST_INSTANCES = 64;

/** How many processes of a service run on this machine; `auto`: one for each core. */
export const instances = () =>
  z
    .string()
    .default('1')
    .transform((text) => (text === 'auto' ? availableParallelism() : Number(text)))
    .refine((number) => Number.isInteger(number) && number >= 1 && number <= MOST_INSTANCES, {
      error: `expected auto or a whole number from 1 to ${MOST_INSTANCES}`,
    });

const onOffWord = z.enum(['on', 'off'], 'expected on or off');

export const onOff = (preset: 'on' | 'off') => onOffWord.default(preset).transform((word) => word === 'on');

/** As `onOff`, for what is decided elsewhere where it is not set. */
export const optionalOnOff = () => onOffWord.transform((word) => word === 'on').optional();

/** The URL of a store, as its one reader takes it. */
const urlReadBy = (parse: (url: string) => unknown) =>
  z.string().superRefine((url, context) => {
    try {
      parse(url);
    } catch (error) {
      if (!(error instanceof UrlProblem)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

const urlOf = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `expected a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** An HTTP URL, where it is set. */
export const optionalHttpUrl = () => urlOf(['http:', 'https:']).optional();

export const isHttpUrl = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);

const urlList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((urls) => urls.every(isHttpUrl), {
    error: 'expected one or more http:// or https:// URLs, separated by commas',
  });

/** One or several HTTP URLs, separated by commas: the instances of one service. */
export const httpUrls = (preset: string) => z.string().default(preset).pipe(urlList);

/** As `httpUrls`, for what is there only where it is set. */
export const optionalHttpUrls = () => urlList.optional();

/** Names as GraphQL has them, separated by commas, or `none`. */
export const names = (preset: string) =>
  z
    .string()
    .default(preset)
    .transform((text) => (text === 'none' ? [] : text.split(',').map((part) => part.trim())))
    .refine((all) => all.every((name) => /^[_A-Za-z][_0-9A-Za-z]*$/.test(name)), {
      error: 'expected names separated by commas, or none',
    })
    .transform((all): ReadonlySet<string> => new Set(all));

/** Any text, for what is there only where it is set. */
export const optionalText = () => z.string().optional();

const HOST_NAME = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/i;

/** Settings of every process. */
export const commonSettings = {
  ...nodeEnvironment,
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'expected trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  DATA_DIR: z.string().default('.data'),
  /** The address to listen on. Reachable from this machine only, unless a container sets another. */
  HOST: z
    .string()
    .refine((text) => isIP(text) > 0 || HOST_NAME.test(text), 'expected an IP address or a host name')
    .default('127.0.0.1'),
  /** Whether `/metrics` is served. */
  METRICS: onOff('off'),
  /** Where traces go, by OTLP over HTTP; without it there are none. */
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalHttpUrl(),
  /** The share of requests that are traced, 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: share(1),
};

/** Settings of every process that has stores. */
export const storeSettings = {
  /** The path names the databases: `/firstcome` means firstcome_user, firstcome_product and firstcome_order. Options: `parseMysqlUrl`. */
  MYSQL_URL: urlReadBy(parseMysqlUrl).default('mysql://root@127.0.0.1:3306/firstcome'),
  /** One server; some nodes of a cluster, separated by commas; or Sentinels. Options: `parseRedisUrl`. */
  REDIS_URL: urlReadBy(parseRedisUrl).default('redis://127.0.0.1:6379'),
  REDIS_PREFIX: z.string().default('firstcome:'),
  /** How long a process that starts waits for each store that is not there; then it ends. */
  STORES_WAIT: duration('60s'),
};

/** Settings of every process that is a client of others. */
export const discoverySettings = {
  /** How often the host names of the others are resolved. */
  DISCOVERY_REFRESH: duration('5s'),
};

/** A replica of MySQL for reads that may be a little old; without a URL there is none. */
export const replicaSettings = {
  /** Its databases have the names of the primary's. */
  MYSQL_REPLICA_URL: urlReadBy(parseMysqlUrl).optional(),
  /** Further behind, it is not read from. */
  MYSQL_REPLICA_MAX_LAG: duration('5s'),
};

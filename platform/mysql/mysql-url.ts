import { isIP } from 'node:net';
import { decodePart, readPem, readUrlOptions, UrlProblem } from '../config/url-options.ts';

/** As mysql2 takes them. */
export interface MysqlTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity: boolean;
}

export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Null: not encrypted. */
  readonly tls: MysqlTls | null;
}

/** MySQL's own limit is 64, and each service adds its name. */
const LONGEST_NAME = 64 - '_product'.length;

const PROTOCOLS = ['mysql:', 'mariadb:'];

/** The names that MySQL's own URLs and command line have for them. */
const OPTIONS = ['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key'] as const;
type Options = Partial<Record<(typeof OPTIONS)[number], string>>;

/** What is checked of the server's certificate. MySQL's PREFERRED is left out: it goes on in plain text where TLS fails. */
const MODES: Readonly<Record<string, Pick<MysqlTls, 'rejectUnauthorized' | 'verifyIdentity'> | null>> = {
  DISABLED: null,
  REQUIRED: { rejectUnauthorized: false, verifyIdentity: false },
  VERIFY_CA: { rejectUnauthorized: true, verifyIdentity: false },
  VERIFY_IDENTITY: { rejectUnauthorized: true, verifyIdentity: true },
};

/**
 * The one reader of `mysql://user:password@host:port/database?ssl-mode=…&ssl-ca=…&ssl-cert=…&ssl-key=…`. The last three name files
 * in PEM, which are read here; any of them without `ssl-mode` means VERIFY_IDENTITY.
 *
 * @throws {UrlProblem} when the URL, an option or a file is not acceptable
 */
export function parseMysqlUrl(url: string): MysqlAddress {
  if (hostsOf(url).includes(','))
    throw new UrlProblem('it names several hosts; expected one, whose name leads to the primary');
  if (!URL.canParse(url) || !PROTOCOLS.includes(new URL(url).protocol))
    throw new UrlProblem(
      `expected a URL that starts with ${PROTOCOLS.map((one) => `${one}//`).join(' or ')}`,
    );
  const { hostname, port, username, password, search, pathname } = new URL(url);
  if (url.includes('#'))
    throw new UrlProblem(
      'it has a #, behind which nothing is read: options follow a ?, and in a password it is %23',
    );
  if (decodePart(pathname).length - 1 > LONGEST_NAME)
    throw new UrlProblem(`the name in its path is longer than ${LONGEST_NAME} characters`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: port ? Number(port) : 3306,
    user: decodePart(username),
    password: decodePart(password),
    tls: tlsOf(readUrlOptions(search, OPTIONS), host),
  };
}

/** Between user and path; with more than one port it is no URL. */
const hostsOf = (url: string): string => /^\w+:\/\/([^/?#]*)/.exec(url)?.[1]?.split('@').at(-1) ?? '';

function tlsOf(options: Options, host: string): MysqlTls | null {
  const preset = Object.keys(options).length > 0 ? 'VERIFY_IDENTITY' : 'DISABLED';
  const mode = options['ssl-mode']?.toUpperCase() ?? preset;
  const checks = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (checks === undefined)
    throw new UrlProblem(`its option ssl-mode is not understood; expected ${Object.keys(MODES).join(', ')}`);
  const [ca, cert, key] = (['ssl-ca', 'ssl-cert', 'ssl-key'] as const).map((name) =>
    readPem(name, options[name]),
  );
  if (!checks) {
    if (ca ?? cert ?? key) throw new UrlProblem('its option ssl-mode=DISABLED contradicts its other options');
    return null;
  }
  if (!cert !== !key) throw new UrlProblem('its options ssl-cert and ssl-key need each other');
  if (ca && !checks.rejectUnauthorized)
    throw new UrlProblem(
      'its option ssl-mode=REQUIRED would not use ssl-ca; expected VERIFY_CA or VERIFY_IDENTITY',
    );
  // The driver compares a certificate with host names only.
  if (checks.verifyIdentity && isIP(host) !== 0)
    throw new UrlProblem(
      'ssl-mode=VERIFY_IDENTITY needs a host name; with an IP address, expected ssl-mode=VERIFY_CA',
    );
  return { ...checks, ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}

import { createConnection, type Connection } from 'mysql2/promise';
import { ConfigurationError } from '../config/configuration-error.ts';
import { tlsProblemOf } from '../tls-problem.ts';
import { connectionOptions } from './connection-options.ts';
import { isAccountRefused } from './errors.ts';

/** The driver's names for what no further attempt changes, and what follows from each. */
const PROBLEMS: Readonly<Record<string, (message: string) => string>> = {
  HANDSHAKE_SSL_ERROR: (message) =>
    `TLS with the MySQL server failed; check ssl-ca, ssl-cert and ssl-key (${message})`,
  HANDSHAKE_NO_SSL_SUPPORT: () => 'it demands TLS, which the MySQL server does not offer',
};

const ACCOUNT_REFUSED =
  'the MySQL server refuses its user, password or host, or demands TLS (ssl-ca) or a certificate (ssl-cert)';

/** Of MySQL's error 3159; MariaDB says that access is denied. */
const TLS_DEMANDED = /require_secure_transport/;

/**
 * The first connection of a process, before its database exists.
 *
 * @throws {ConfigurationError} when server and client do not agree on TLS, or the account is refused
 */
export async function firstConnection(url: string): Promise<Connection> {
  try {
    return await createConnection(connectionOptions(url));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const problem = TLS_DEMANDED.test(message)
      ? 'the MySQL server demands TLS; set ssl-ca, or ssl-mode'
      : (PROBLEMS[code]?.(message) ??
        (isAccountRefused(error) ? ACCOUNT_REFUSED : (tlsProblemOf(error) ?? undefined)));
    if (problem === undefined) throw error;
    throw new ConfigurationError(`MYSQL_URL is not acceptable: ${problem}.`);
  }
}

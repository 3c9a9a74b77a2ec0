import { ConfigurationError, isProduction, readEnvironment } from '../../platform/config/environment.ts';
import { readSecret, SHORTEST_IN_PRODUCTION, type SecretName } from '../../platform/config/secrets.ts';
import {
  isHttpUrl,
  optionalDuration,
  optionalHttpUrls,
  optionalText,
} from '../../platform/config/settings.ts';
import type { DeclaredSubgraph } from './declared-subgraphs.ts';

/** How one subgraph is reached. */
export interface SubgraphSettings {
  readonly name: string;
  /** One URL or several, whose host names may have several addresses. */
  readonly urls: readonly string[];
  /** How long it may take for one answer, in milliseconds; undefined: as long as all of them. */
  readonly timeoutMs: number | undefined;
  /** What it shares with its callers; null: it takes no signed identity. */
  readonly identitySecret: string | null;
}

export type ReadSubgraphSettings = (subgraph: DeclaredSubgraph) => SubgraphSettings;

/** Settings of the shop's three subgraphs, by names of their own beside those that every subgraph has. */
const SHOP: Readonly<Record<string, { url: string; timeout: string; secret: SecretName }>> = {
  user: { url: 'USER_URL', timeout: 'USER_TIMEOUT', secret: 'USER_IDENTITY_SECRET' },
  product: { url: 'PRODUCT_URL', timeout: 'PRODUCT_TIMEOUT', secret: 'PRODUCT_IDENTITY_SECRET' },
  order: { url: 'ORDER_URL', timeout: 'ORDER_TIMEOUT', secret: 'ORDER_IDENTITY_SECRET' },
};

/** Of the subgraphs that the committed supergraph has. */
export const SHOP_SECRETS: readonly SecretName[] = Object.values(SHOP).map(({ secret }) => secret);

/**
 * The settings of a subgraph by its name: `SUBGRAPH_URL_<NAME>`, else that of the shop, else the URL of the supergraph. `<NAME>` is the
 * value of `join__Graph`.
 *
 * @throws {ConfigurationError} a sentence that names the subgraph and the variable, where no URL is usable or a value is not acceptable
 */
export function readSubgraphSettings(
  { name, key, url }: DeclaredSubgraph,
  dataDir: string,
  environment: NodeJS.ProcessEnv,
): SubgraphSettings {
  const names = {
    url: `SUBGRAPH_URL_${key}`,
    timeout: `SUBGRAPH_TIMEOUT_${key}`,
    secret: `SUBGRAPH_IDENTITY_SECRET_${key}`,
  };
  const shop = Object.hasOwn(SHOP, name) ? SHOP[name] : undefined;
  const urls = readEnvironment(
    { [names.url]: optionalHttpUrls(), ...(shop ? { [shop.url]: optionalHttpUrls() } : {}) },
    environment,
  );
  const timeouts = readEnvironment(
    { [names.timeout]: optionalDuration(), ...(shop ? { [shop.timeout]: optionalDuration() } : {}) },
    environment,
  );
  const { [names.secret]: secret } = readEnvironment({ [names.secret]: optionalText() }, environment);
  assertLongEnough(names.secret, secret, environment);
  return {
    name,
    urls: urls[names.url] ?? (shop && urls[shop.url]) ?? [declaredUrl(name, url, names.url)],
    timeoutMs: timeouts[names.timeout] ?? (shop && timeouts[shop.timeout]),
    identitySecret: secret ?? (shop ? readSecret(shop.secret, dataDir, environment) : null),
  };
}

function declaredUrl(name: string, url: string, variable: string): string {
  if (isHttpUrl(url)) return url;
  throw new ConfigurationError(
    `${variable} must be set: the supergraph has ${url === '' ? 'no URL' : 'no http:// or https:// URL'} for the subgraph ${name}.`,
  );
}

function assertLongEnough(
  variable: string,
  secret: string | undefined,
  environment: NodeJS.ProcessEnv,
): void {
  if (secret === undefined || secret.length >= SHORTEST_IN_PRODUCTION || !isProduction(environment)) return;
  throw new ConfigurationError(
    `${variable} is not acceptable: expected at least ${SHORTEST_IN_PRODUCTION} characters in production.`,
  );
}

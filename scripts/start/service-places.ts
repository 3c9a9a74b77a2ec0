import type { OwnPort, Settings } from './settings.ts';

export type Subgraph = 'user' | 'product' | 'order';

const PORT_OF = { user: 'USER_PORT', product: 'PRODUCT_PORT', order: 'ORDER_PORT' } as const satisfies Record<
  Subgraph,
  OwnPort
>;

export const SUBGRAPHS = Object.keys(PORT_OF) as Subgraph[];

type PlaceSettings = Pick<Settings, 'host' | 'ports' | 'urls'>;

/** Of services that listen at HOST, the host of a URL at which this machine reaches them. */
export function reachableHost(host: string | undefined): string {
  if (host === undefined || host === 'localhost' || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * The settings by which the services find each other and that this start chooses: each only where it was not set, because what
 * was set is meant.
 */
export function placesOf({ host, ports, urls }: PlaceSettings): NodeJS.ProcessEnv {
  const own = (subgraph: Subgraph) => `http://${reachableHost(host)}:${ports[PORT_OF[subgraph]]}/graphql`;
  const user = urls.user ?? own('user');
  return {
    USER_URL: user,
    PRODUCT_URL: urls.product ?? own('product'),
    ORDER_URL: urls.order ?? own('order'),
    JWKS_URL: urls.jwks ?? new URL('/.well-known/jwks.json', user.split(',')[0]!.trim()).href,
  };
}

/** Whether the URL that was set for this subgraph names others than the one that this start would run. */
export function isElsewhere(subgraph: Subgraph, { host, ports, urls }: PlaceSettings): boolean {
  const given = urls[subgraph];
  if (given === undefined) return false;
  const here = new Set(['localhost', '127.0.0.1', '[::1]', reachableHost(host)]);
  return !given.split(',').some((part) => {
    if (!URL.canParse(part.trim())) return false;
    const url = new URL(part.trim());
    return here.has(url.hostname) && Number(url.port || 80) === ports[PORT_OF[subgraph]];
  });
}

import { freePort } from '../stores/free-port.ts';
import type { OwnPort, Settings } from './settings.ts';

export type Subgraph = 'user' | 'product' | 'order';

const PORT_OF = { user: 'USER_PORT', product: 'PRODUCT_PORT', order: 'ORDER_PORT' } as const satisfies Record<
  Subgraph,
  OwnPort
>;

export const SUBGRAPHS = Object.keys(PORT_OF) as Subgraph[];

type PlaceSettings = Pick<Settings, 'host' | 'ports' | 'urls'> & {
  /** Ports of further processes of the order subgraph. */
  moreOrderPorts: readonly number[];
};

/** Of services that listen at HOST, the host of a URL at which this machine reaches them. */
export function reachableHost(host: string | undefined): string {
  if (host === undefined || host === 'localhost' || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * The settings by which the services find each other and that this start chooses: each only where it was not set, because what
 * was set is meant.
 */
export function placesOf({ host, ports, urls, moreOrderPorts }: PlaceSettings): NodeJS.ProcessEnv {
  const at = (port: number) => `http://${reachableHost(host)}:${port}/graphql`;
  const own = (subgraph: Subgraph) => at(ports[PORT_OF[subgraph]]);
  const user = urls.user ?? own('user');
  return {
    USER_URL: user,
    PRODUCT_URL: urls.product ?? own('product'),
    ORDER_URL: urls.order ?? [own('order'), ...moreOrderPorts.map(at)].join(','),
    JWKS_URL: urls.jwks ?? new URL('/.well-known/jwks.json', user.split(',')[0]!.trim()).href,
  };
}

/** Free ports for the processes of the order subgraph beside the first one; none where `ORDER_URL` says which there are. */
export async function chooseMoreOrderPorts({
  instances,
  urls,
}: Pick<Settings, 'instances' | 'urls'>): Promise<readonly number[]> {
  if (urls.order !== undefined) return [];
  return Promise.all(Array.from({ length: instances - 1 }, () => freePort()));
}

/** Whether the URL that was set for this subgraph names others than the one that this start would run. */
export function isElsewhere(
  subgraph: Subgraph,
  { host, ports, urls }: Omit<PlaceSettings, 'moreOrderPorts'>,
): boolean {
  const given = urls[subgraph];
  if (given === undefined) return false;
  const here = new Set(['localhost', '127.0.0.1', '[::1]', reachableHost(host)]);
  return !given.split(',').some((part) => {
    if (!URL.canParse(part.trim())) return false;
    const url = new URL(part.trim());
    return here.has(url.hostname) && Number(url.port || 80) === ports[PORT_OF[subgraph]];
  });
}

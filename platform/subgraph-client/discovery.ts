import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Where one instance of a service is: the URL that names the service, and one of the addresses behind the name. */
export interface Target {
  readonly url: URL;
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
}

/** All addresses of a host name. @throws when there are none, or the name cannot be resolved */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface DiscoveryOptions {
  /** A host may be an address, or a name with any number of addresses. */
  readonly urls: readonly string[];
  /** How often the names are resolved, in milliseconds. */
  readonly refreshMs: number;
  readonly resolve: Resolve;
  /** Called after every refresh, with all known targets. */
  readonly onTargets: (targets: readonly Target[]) => void;
  readonly onFailure: (error: unknown, hostname: string) => void;
}

export interface Discovery {
  /** Resolves the names now, or joins the refresh in progress. Never rejects: a name that cannot be resolved keeps its last addresses. */
  refresh(): Promise<void>;
  stop(): void;
}

/** As the operating system resolves names, so that /etc/hosts and a container engine's own names count. */
export const resolveBySystem: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);

/** Service discovery by DNS: resolves the names of a service periodically, so that instances need not register anywhere. */
export function discover({ urls, refreshMs, resolve, onTargets, onFailure }: DiscoveryOptions): Discovery {
  const services = urls.map((text) => {
    const url = new URL(text);
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    return { url, hostname, addresses: isIP(hostname) ? [hostname] : ([] as readonly string[]) };
  });
  const named = services.filter(({ hostname }) => !isIP(hostname));
  let inProgress: Promise<void> | null = null;

  const publish = () => {
    onTargets(services.flatMap(({ url, addresses }) => addresses.map((address) => ({ url, address }))));
  };

  async function resolveAll(): Promise<void> {
    await Promise.all(
      named.map(async (service) => {
        try {
          service.addresses = [...new Set(await resolve(service.hostname))];
        } catch (error) {
          onFailure(error, service.hostname);
        }
      }),
    );
    publish();
  }

  const refresh = () =>
    (inProgress ??= resolveAll().finally(() => {
      inProgress = null;
    }));

  publish();
  if (named.length === 0) return { refresh: async () => undefined, stop: () => undefined };
  void refresh();
  const timer = setInterval(() => void refresh(), refreshMs);
  timer.unref();
  return { refresh, stop: () => clearInterval(timer) };
}

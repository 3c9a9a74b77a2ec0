import { isIP } from 'node:net';
import { addressOf, decodePart, readPem, readUrlOptions, UrlProblem } from '../config/url-options.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** As `tls.connect` takes them. */
export interface RedisTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
}

/** What `REDIS_URL` means. */
export interface RedisTarget {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  /** The server; some nodes of the cluster; or the Sentinels. */
  readonly nodes: readonly RedisNode[];
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** Null: not encrypted. */
  readonly tls: RedisTls | null;
  readonly sentinel: { readonly master: string; readonly username?: string; readonly password?: string };
}

/** Where `REDIS_URL` leads, for people. @throws {UrlProblem} as `parseRedisUrl` does */
export const redisHosts = (url: string): string => parseRedisUrl(url).nodes.map(addressOf).join(', ');

const TLS_OPTIONS = ['ca', 'cert', 'key', 'servername'] as const;
const SENTINEL_OPTIONS = ['sentinel-username', 'sentinel-password'] as const;
type Options = Partial<Record<(typeof TLS_OPTIONS | typeof SENTINEL_OPTIONS)[number], string>>;

const EXPECTED =
  'expected URLs that start with redis:// or rediss://, separated by commas, or one that starts with redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://';

const FORM = /^redis(s)?(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#]+)(?:\/([^?#]*))?(\?[^#]*)?$/i;

/**
 * The one reader of Redis URLs; `rediss` means TLS.
 *
 * - `redis://user:password@host:6379/0`: one server
 * - several of them, separated by commas, or `redis+cluster://user:password@host:6379,host:6379`: some nodes of a cluster
 * - `redis+sentinel://user:password@host:26379,host:26379/master`: Sentinels, and the name of what they watch; `/master/1` for a database
 *
 * Options: `ca`, `cert` and `key` name files in PEM; `servername` is what the certificates of all servers are issued to, where that is not
 * their address; `sentinel-username`, `sentinel-password`.
 *
 * @throws {UrlProblem} when the URL, an option or a file is not acceptable
 */
export function parseRedisUrl(url: string): RedisTarget {
  // A comma within one URL separates the hosts of its list.
  const [first, ...others] = url.split(/,\s*(?=[a-z+]+:\/\/)/i).map((part) => parsePart(part.trim()));
  if (others.some(({ scheme }) => scheme !== first!.scheme) || (others.length > 0 && first!.topology))
    throw new UrlProblem(EXPECTED);
  const { isTls, topology, userinfo, path } = first!;
  const nodes = [first!, ...others].flatMap((part) => part.hosts);
  const kind = topology ?? (nodes.length > 1 ? 'cluster' : 'single');
  const names = [...(isTls ? TLS_OPTIONS : []), ...(kind === 'sentinel' ? SENTINEL_OPTIONS : [])];
  const query = [first!, ...others].map((part) => part.query).filter((part) => part !== '');
  const options: Options = readOptions(query.join('&'), names);
  const [username, password] = credentialsOf(userinfo);
  const [master, db] = pathOf(path, kind);
  return {
    kind,
    nodes: nodes.map((host) => nodeOf(host, kind)),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    db,
    tls: isTls ? tlsOf(options, kind, nodes) : null,
    sentinel: {
      master,
      ...(options['sentinel-username'] ? { username: options['sentinel-username'] } : {}),
      ...(options['sentinel-password'] ? { password: options['sentinel-password'] } : {}),
    },
  };
}

function parsePart(text: string) {
  const [, tls, topology, userinfo, hosts, path = '', query = ''] = FORM.exec(text) ?? [];
  if (hosts === undefined) throw new UrlProblem(EXPECTED);
  return {
    scheme: `${tls ?? ''} ${topology ?? ''}`.toLowerCase(),
    isTls: tls !== undefined,
    topology: topology?.toLowerCase() as 'sentinel' | 'cluster' | undefined,
    userinfo: userinfo ?? '',
    hosts: hosts.split(','),
    path,
    query: query.slice(1),
  };
}

function readOptions(query: string, names: readonly (keyof Options)[]): Options {
  if (names.length > 0) return readUrlOptions(query, names);
  if (query === '') return {};
  throw new UrlProblem(
    `it has an option, and redis:// has none; rediss://, for TLS, has ${TLS_OPTIONS.join(', ')}`,
  );
}

function nodeOf(text: string, kind: RedisTarget['kind']): RedisNode {
  const url = `redis://${text.trim()}`;
  if (text.trim() === '' || !URL.canParse(url)) throw new UrlProblem(EXPECTED);
  const { hostname, port } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (kind === 'sentinel' ? 26_379 : 6_379)),
  };
}

function credentialsOf(userinfo: string): [username: string, password: string] {
  const colon = userinfo.indexOf(':');
  if (colon < 0) return [decodePart(userinfo), ''];
  return [decodePart(userinfo.slice(0, colon)), decodePart(userinfo.slice(colon + 1))];
}

function pathOf(path: string, kind: RedisTarget['kind']): [master: string, db: number] {
  const parts = path.split('/').filter((part) => part !== '');
  const master = kind === 'sentinel' ? parts.shift() : '';
  if (master === undefined)
    throw new UrlProblem(
      'expected the name of the master behind the Sentinels, as in redis+sentinel://host:26379/master',
    );
  const db = parts.shift() ?? '0';
  if (parts.length > 0 || !/^\d{1,5}$/.test(db) || (kind === 'cluster' && db !== '0'))
    throw new UrlProblem(
      'its path is not understood; expected the number of a database, which a cluster does not have',
    );
  return [decodePart(master), Number(db)];
}

function tlsOf(options: Options, kind: RedisTarget['kind'], hosts: readonly string[]): RedisTls {
  const { ca, cert, key } = options;
  if (!cert !== !key) throw new UrlProblem('its options cert and key need each other');
  const only = kind === 'single' ? nodeOf(hosts[0]!, kind).host : '';
  const servername = options.servername ?? (isIP(only) === 0 ? only : '');
  return {
    ...(ca ? { ca: readPem('ca', ca) } : {}),
    ...(cert && key ? { cert: readPem('cert', cert), key: readPem('key', key) } : {}),
    ...(servername ? { servername } : {}),
  };
}

import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../config/environment.ts';
import { storeSettings } from '../config/settings.ts';
import { parseRedisUrl, redisHosts } from './redis-url.ts';

const problem = (url: string) => {
  try {
    readEnvironment({ REDIS_URL: storeSettings.REDIS_URL }, { REDIS_URL: url });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const node = (host: string, port: number) => ({ host, port });
const single = { kind: 'single', db: 0, tls: null, sentinel: { master: '' } };

describe('a Redis URL', () => {
  it.each([
    ['redis://h', { ...single, nodes: [node('h', 6379)] }],
    ['redis://:p%40ss@h:1/3', { ...single, nodes: [node('h', 1)], password: 'p@ss', db: 3 }],
    ['redis://u:p@ss:w@[::1]:1', { ...single, nodes: [node('::1', 1)], username: 'u', password: 'p@ss:w' }],
    ['rediss://h', { ...single, nodes: [node('h', 6379)], tls: { servername: 'h' } }],
    ['rediss://10.0.0.1', { ...single, nodes: [node('10.0.0.1', 6379)], tls: {} }],
    [
      'rediss://10.0.0.1?servername=h',
      { ...single, nodes: [node('10.0.0.1', 6379)], tls: { servername: 'h' } },
    ],
  ])('%s is one server', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  it.each(['redis://u:p@a:1,redis://u:p@b:2', 'redis://u:p@a:1, redis://b:2', 'redis+cluster://u:p@a:1,b:2'])(
    '%s is a cluster',
    (url) => {
      const nodes = [node('a', 1), node('b', 2)];
      expect(parseRedisUrl(url)).toEqual({ ...single, kind: 'cluster', nodes, username: 'u', password: 'p' });
    },
  );

  it('may name one node of a cluster, and its TLS has no name of one server', () => {
    expect(parseRedisUrl('rediss+cluster://clustercfg.example')).toMatchObject({
      kind: 'cluster',
      nodes: [node('clustercfg.example', 6379)],
      tls: {},
    });
  });

  it('of Sentinels names their master, and a database', () => {
    expect(parseRedisUrl('redis+sentinel://u:p@a,b:2/shop/1?sentinel-password=x')).toEqual({
      kind: 'sentinel',
      nodes: [node('a', 26379), node('b', 2)],
      username: 'u',
      password: 'p',
      db: 1,
      tls: null,
      sentinel: { master: 'shop', password: 'x' },
    });
  });

  it.each([
    ['rediss://h?cafile=/x', 'its option cafile is not understood; understood are ca, cert, key, servername'],
    [
      'redis://h?family=6',
      'it has an option, and redis:// has none; rediss://, for TLS, has ca, cert, key, servername',
    ],
    ['rediss://h?ca=/none', 'the file of its option ca cannot be read (ENOENT): /none'],
    ['rediss://h?cert=/none', 'its options cert and key need each other'],
    ['rediss://a?ca=/x,rediss://b?ca=/y', 'its option ca is given twice'],
    [
      'redis://h/db',
      'its path is not understood; expected the number of a database, which a cluster does not have',
    ],
    [
      'redis+cluster://h/1',
      'its path is not understood; expected the number of a database, which a cluster does not have',
    ],
    [
      'redis+sentinel://h',
      'expected the name of the master behind the Sentinels, as in redis+sentinel://host:26379/master',
    ],
  ])('%s stops the start with a sentence', (url, sentence) => {
    expect(problem(url)).toBe(`REDIS_URL is not acceptable: ${sentence}.`);
  });

  it.each([
    'http://h',
    'redis://',
    'redis://a,http://b',
    'redis://a,rediss://b',
    'redis+sentinels://h/m',
    'redis://h:x',
  ])('%s is none', (url) => {
    expect(problem(url)).toMatch(/^REDIS_URL is not acceptable: expected URLs that start with redis:\/\//);
  });
});

it.each([
  ['redis://127.0.0.1:6379', '127.0.0.1:6379'],
  ['rediss://:password@[::1]:6380/1', '[::1]:6380'],
  ['redis://a:6379, redis://:password@b:6379', 'a:6379, b:6379'],
  ['redis+sentinel://user:password@a:26379,b:26379/main/0', 'a:26379, b:26379'],
])('%s leads to hosts that are named without user and password', (url, hosts) => {
  expect(redisHosts(url)).toBe(hosts);
});

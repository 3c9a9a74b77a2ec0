import { expect, it } from 'vitest';
import { hostsOf } from './wait-for-store.ts';

it.each([
  ['mysql://user:password@db.example:3306/shop', 'db.example:3306'],
  ['redis://127.0.0.1:6379', '127.0.0.1:6379'],
  ['rediss://:password@[::1]:6380/1?ca=/etc/ca.pem', '[::1]:6380'],
  ['redis://a:6379, redis://:password@b:6379', 'a:6379, b:6379'],
  ['redis+sentinel://user:password@a:26379,b:26379/main/0', 'a:26379, b:26379'],
])('names the hosts of %s, and neither user nor password', (url, hosts) => {
  expect(hostsOf(url)).toBe(hosts);
});

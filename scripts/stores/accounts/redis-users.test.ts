import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { REDIS_SERVICES, redisUsers, type RedisService } from './redis-users.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS: Readonly<Record<RedisService, readonly string[]>> = {
  router: ['router'],
  user: ['subgraphs/user'],
  product: ['subgraphs/product'],
  order: ['subgraphs/order', 'platform/redis'],
};

it.each(REDIS_SERVICES)('%s may run each command that its scripts call', (service) => {
  const passwords = { router: '', user: '', product: '', order: '' };
  const user = redisUsers({ passwords, prefix: 'shop:' })
    .split('\n')
    .find((line) => line.startsWith(`user ${service} `))!;
  const granted = [...user.matchAll(/\+([a-z]+)/g)].map(([, command]) => command!);
  expect(granted).toEqual(expect.arrayContaining(commandsOfScripts(FOLDERS[service])));
});

function commandsOfScripts(folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  );
  const scripts = files.filter((file) => file.endsWith('.lua'));
  const calls = scripts.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/redis\.p?call\(\s*['"](\w+)['"]/g),
  ]);
  return [...new Set(calls.map(([, command]) => command!.toLowerCase()))].sort();
}

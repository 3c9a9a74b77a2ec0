import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../scripts/stores/free-port.ts';
import { waitUntil } from '../harness/wait-until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_COPIED = new Set(['.git', '.data', 'node_modules', 'dist-dev']);
/** Each compilation and each start takes seconds on a busy machine. */
const MOST_MS = 90_000;

let checkout: string;
let dev: ChildProcess;
let ended: Promise<number | null>;
let screen = '';
let url: string;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'firstcome-dev-'));
  await cp(ROOT, checkout, {
    recursive: true,
    filter: (path) => relative(ROOT, path) === '' || !NOT_COPIED.has(basename(path)),
  });
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  const ports = Object.fromEntries(
    await Promise.all(
      ['PORT', 'USER_PORT', 'PRODUCT_PORT', 'ORDER_PORT'].map(async (name) => [
        name,
        String(await freePort()),
      ]),
    ),
  ) as Record<string, string>;
  url = `http://127.0.0.1:${ports['PORT']}/graphql`;
  dev = spawn(process.execPath, ['--enable-source-maps', 'dist/scripts/dev.js', '--no-demo'], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], RATE_LIMITS: 'off', ...ports },
    // With a channel, as `bootstrap.mjs` runs it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [dev.stdout!, dev.stderr!])
    stream.on('data', (data: Buffer) => (screen += data.toString()));
  ended = new Promise((resolve) => dev.once('exit', (code) => resolve(code)));
  await untilScreen(/dev +info +watches for edits/, 0, 240_000);
}, 300_000);

afterAll(async () => {
  dev.kill('SIGTERM');
  await ended;
  await rm(checkout, { recursive: true, force: true });
}, 60_000);

/** @param from where on the screen the text is looked for */
const untilScreen = (text: RegExp, from: number, withinMs = MOST_MS) =>
  waitUntil(
    `${text} on the screen`,
    () => (dev.exitCode === null ? screen.slice(from) : `npm run dev has ended:\n${screen}`),
    (shown) => text.test(shown) || dev.exitCode !== null,
    withinMs,
  );

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(checkout, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

/** Process ids of the services, by name. */
function services(): Record<string, number> {
  const folders = {
    user: 'subgraphs/user',
    product: 'subgraphs/product',
    order: 'subgraphs/order',
    router: 'router',
  };
  const started = descendants(dev.pid!);
  return Object.fromEntries(
    Object.entries(folders).flatMap(([name, folder]) =>
      started
        .filter(({ command }) => command.includes(`dist-dev/${folder}/main.js`))
        .map(({ pid }) => [name, pid]),
    ),
  );
}

interface Process {
  readonly pid: number;
  readonly command: string;
}

function descendants(of: number): Process[] {
  const { stdout } = spawnSync('ps', ['-ww', '-e', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return command ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const below = (pid: number): Process[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(of).filter(({ command }) => !command.startsWith('ps '));
}

async function execute(query: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  }).catch(() => null);
  return response?.json().catch(() => null);
}

const SIGN_IN = `mutation {
  signIn(input: { email: "a@firstcome.example", password: "not the password" }) { ... on Error { message } }
}`;
const REFUSAL = 'The e-mail address or the password is wrong.';
const refused = (message: string) => ({ data: { signIn: { message } } });

/** The source of the user subgraph that has this text. */
async function sourceWith(text: string): Promise<string> {
  const names = await readdir(join(checkout, 'subgraphs/user'), { recursive: true });
  for (const name of names.filter((each) => each.endsWith('.ts') && !each.endsWith('.test.ts'))) {
    const file = join('subgraphs/user', name);
    if ((await readFile(join(checkout, file), 'utf8')).includes(text)) return file;
  }
  throw new Error(`No source has the text ${text}`);
}

const answersWith = (message: string) =>
  waitUntil(
    `the answer ${message}`,
    () => execute(SIGN_IN),
    (answer) => JSON.stringify(answer) === JSON.stringify(refused(message)),
    MOST_MS,
  );

it('shows the logs of services as lines to read, without colours where there is no terminal', () => {
  expect(screen).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}order {4}info {3}ready {2}url=http/m);
  expect(screen).not.toContain('"level":');
  expect(screen).not.toContain('\u001B[');
});

it('an edit restarts the service that imports it, and no other', async () => {
  expect(await execute(SIGN_IN)).toEqual(refused(REFUSAL));
  const before = services();
  expect(Object.keys(before)).toHaveLength(4);
  await edit(await sourceWith(REFUSAL), (text) => text.replace(REFUSAL, 'Wrong.'));
  await answersWith('Wrong.');
  const { user, ...others } = services();
  expect(user).not.toBe(before['user']);
  expect({ user: before['user'], ...others }).toEqual(before);
});

it('an edit that cannot be parsed is printed, and everything runs as before', async () => {
  const before = services();
  const file = await sourceWith("'Wrong.'");
  const shownBefore = screen.length;
  await edit(file, (text) => `${text.replace("'Wrong.'", "'Not served.'")}export const = 1;\n`);
  await untilScreen(/the sources do not compile; everything runs as before/, shownBefore);
  await untilScreen(new RegExp(`${file}\\(\\d+,\\d+\\): error TS`), shownBefore);
  expect(await execute(SIGN_IN)).toEqual(refused('Wrong.'));

  const shownThen = screen.length;
  await edit(file, (text) => text.replace("'Not served.'", "'Wrong.'").replace('export const = 1;\n', ''));
  await untilScreen(/the sources compile again/, shownThen);
  expect(services()).toEqual(before);
});

it('an edit with an error of types runs, and the error is printed', async () => {
  const file = await sourceWith("'Wrong.'");
  const line = "export const notANumber: number = 'text';\n";
  const shownBefore = screen.length;
  await edit(file, (text) => text.replace("'Wrong.'", "'Served.'") + line);
  await answersWith('Served.');
  await untilScreen(/the sources do not compile; the edit runs all the same/, shownBefore);
  await untilScreen(new RegExp(`${file}\\(\\d+,\\d+\\): error TS`), shownBefore);

  const shownThen = screen.length;
  await edit(file, (text) => text.replace("'Served.'", "'Wrong.'").replace(line, ''));
  await answersWith('Wrong.');
  await untilScreen(/the sources compile again/, shownThen);
});

it('an edit restarts once: what is compiled before the type check is what the type check would write', async () => {
  const file = await sourceWith("'Wrong.'");
  const shownBefore = screen.length;
  await edit(file, (text) => text.replace("'Wrong.'", "'Once.'"));
  await answersWith('Once.');
  // The check of the first edit has ended when that of the next one is printed.
  await edit(file, (text) => `${text}export const notANumber: number = 'text';\n`);
  await untilScreen(/the sources do not compile/, shownBefore);
  await edit(file, (text) => text.replace(/export const notANumber.*\n/, ''));
  await untilScreen(/the sources compile again/, shownBefore);
  const times = (text: RegExp) => screen.match(text)?.length;
  await waitUntil(
    'each restart to end',
    () => times(/dev +info +user is ready/g) === times(/user restarts/g),
  );
  expect(screen.slice(shownBefore).match(/changed: user restarts/g)).toHaveLength(3);
});

it('an edit of a Lua script restarts the services that load it', async () => {
  const before = services();
  const [script] = (await readdir(join(checkout, 'subgraphs/order/stock/lua'))).filter((name) =>
    name.endsWith('.lua'),
  );
  const shownBefore = screen.length;
  await edit(join('subgraphs/order/stock/lua', script!), (text) => `${text}\n-- Edited.\n`);
  await untilScreen(/dev +info +order is ready/, shownBefore);
  const { order, ...others } = services();
  expect(order).not.toBe(before['order']);
  expect({ order: before['order'], ...others }).toEqual(before);
});

it("an edit of a subgraph's schema generates the supergraph, and restarts that subgraph", async () => {
  const before = services();
  const shownBefore = screen.length;
  await edit('schema/product.graphql', (text) => `${text}\nenum OfACopy {\n  ONE\n}\n`);
  await untilScreen(/dev +info +product is ready/, shownBefore);
  expect(await readFile(join(checkout, 'schema/supergraph.graphql'), 'utf8')).toContain('enum OfACopy');
  const { product, ...others } = services();
  expect(product).not.toBe(before['product']);
  expect({ product: before['product'], ...others }).toEqual(before);
});

it('Ctrl-C stops everything and leaves no process', async () => {
  const started = descendants(dev.pid!);
  expect(started.length).toBeGreaterThan(6);
  dev.kill('SIGINT');
  expect(await ended).toBe(0);
  const isLeft = ({ pid, command }: Process) =>
    spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim() ===
    command;
  await waitUntil(
    'every process to have ended',
    () => started.filter(isLeft),
    (left) => left.length === 0,
  );
}, 60_000);

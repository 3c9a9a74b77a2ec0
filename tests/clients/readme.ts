import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConcreteRequest } from 'relay-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { compileDocuments } from './relay/compile.ts';
import type { ClientSystem } from './system.ts';

/** The blocks of "Connect your front end", as README.md prints them: each is a file by the name in its first line. */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const README = new URL('../../README.md', import.meta.url);
const SECTIONS = { en: README, ko: new URL('../../README.ko.md', import.meta.url) };

interface Answer {
  readonly __typename: string;
  readonly replayed?: boolean;
}

interface Client {
  readonly buyOne: (productId: string, mutation?: ConcreteRequest) => Promise<Answer>;
}

interface SessionModule {
  readonly session: { accessToken: string | null; refreshToken: string | null };
  readonly request: (query: string) => Promise<{ readonly data: unknown }>;
}

const blocksOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/```js\n(\/\/ ([\w-]+\.js)[^]*?)```/g)].map(([, block, name]) => [name!, block!]),
  );

/** What a page sends: the operation, whether with a token, and under which key. */
interface Sent {
  readonly operation: string;
  readonly hasToken: boolean;
  readonly key: string | undefined;
}

export function describeReadme(system: ClientSystem): void {
  describe('Connect your front end of README.md', () => {
    let folder = '';
    let mutation: ConcreteRequest;
    let session: SessionModule;
    let sent: Sent[] = [];
    /** How many responses of a purchase are still to be lost, after the shop has processed it. */
    let losses = 0;

    // Here, so that the packages are found.
    beforeAll(async () => {
      folder = await mkdtemp(join(HERE, '.readme-'));
      for (const [name, block] of blocksOf(await readFile(README, 'utf8')))
        await writeFile(
          join(folder, name),
          block.replaceAll('http://localhost:4000/graphql', system.graphqlUrl),
        );
      session = await load<SessionModule>('session.js');
      mutation = (await compileDocuments(`${system.folder}/readme-relay`, false)).query(
        'documentsPurchaseMutation',
      );
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    beforeEach(() => {
      const kept = new Map<string, string>();
      vi.stubGlobal('localStorage', {
        getItem: (name: string) => kept.get(name) ?? null,
        setItem: (name: string, value: string) => void kept.set(name, value),
        removeItem: (name: string) => void kept.delete(name),
      });
      const plainFetch = globalThis.fetch;
      vi.stubGlobal('fetch', async (url: string, options: RequestInit) => {
        const { query, variables } = JSON.parse(options.body as string) as {
          query: string;
          variables?: { input?: { idempotencyKey?: string } };
        };
        const operation = /purchase|refreshSession|serverTime/.exec(query)?.[0] ?? query;
        const hasToken = new Headers(options.headers).has('authorization');
        sent.push({ operation, hasToken, key: variables?.input?.idempotencyKey });
        const response = await plainFetch(url, options);
        if (operation !== 'purchase' || response.status !== 200 || losses === 0) return response;
        losses -= 1;
        throw new TypeError('The connection is lost.');
      });
      sent = [];
    });
    afterEach(() => vi.unstubAllGlobals());

    const load = <Module>(name: string) => import(/* @vite-ignore */ join(folder, name)) as Promise<Module>;

    it('is the same in both languages', async () => {
      const [english, korean] = await Promise.all(
        Object.values(SECTIONS).map(async (file) => blocksOf(await readFile(file, 'utf8'))),
      );
      expect(korean).toEqual(english);
      expect([...english!.keys()]).toEqual([
        'session.js',
        'buy.js',
        'with-fetch.js',
        'with-apollo-client.js',
        'with-urql.js',
        'with-relay.js',
      ]);
    });

    it('sends no header without a token', async () => {
      session.session.accessToken = session.session.refreshToken = null;
      expect(await session.request('{ serverTime }')).toMatchObject({
        data: { serverTime: expect.any(String) as string },
      });
      expect(sent).toEqual([{ operation: 'serverTime', hasToken: false, key: undefined }]);
    });

    it.each(['with-fetch.js', 'with-apollo-client.js', 'with-urql.js', 'with-relay.js'])(
      '%s: refreshes without the old token, buys once by one key when an answer is lost, then anew',
      async (name) => {
        const { buyOne } = await load<Client>(name);
        const { refreshToken } = await system.signIn();
        Object.assign(session.session, { accessToken: system.expiredToken(), refreshToken });
        const product = await system.openSale(5);
        losses = 1;
        const warned = vi.spyOn(console, 'warn');
        onTestFinished(() => warned.mockRestore());
        expect((await buyOne(product, mutation)).__typename).toBe('PurchaseConfirmed');
        const first = new Set(sent.flatMap(({ key }) => key ?? []));
        expect(first.size).toBe(1);
        const refreshes = sent.filter(({ operation }) => operation === 'refreshSession');
        expect(refreshes.map(({ hasToken }) => hasToken)).toEqual([false]);
        expect(losses).toBe(0);
        expect(warned).not.toHaveBeenCalled();

        expect((await buyOne(product, mutation)).__typename).toBe('PurchaseConfirmed');
        expect(new Set(sent.flatMap(({ key }) => key ?? [])).size).toBe(2);
      },
    );
  });
}

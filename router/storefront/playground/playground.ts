import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type * as RenderGraphiql from '@graphql-yoga/render-graphiql';
import { Fault } from '../../../platform/errors.ts';
import type { Handler, HttpReply } from '../../../platform/http/types.ts';
import { DEMO_ADMINISTRATOR, DEMO_BUYER } from '../pages/demo-account.ts';
import { fillIn } from '../pages/static-file.ts';
import { readTabs } from './tabs.ts';

const zip = promisify(gzip);
const load = createRequire(import.meta.url);

/**
 * GraphiQL, with operations that are ready to run and a sign-in, in one page that needs nothing from anywhere else. It weighs
 * megabytes, so it is loaded and packed at the first request.
 *
 * @param showsDemoAccounts whether the sign-in is filled in
 * @param fits whether the schema has what an operation selects: others are not offered
 */
export function playground(showsDemoAccounts: boolean, fits: (source: string) => boolean): Handler {
  let made: Promise<Page> | null = null;

  return async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
    made ??= makePage(showsDemoAccounts, fits).catch((error: unknown) => {
      // The next request tries again.
      made = null;
      throw error;
    });
    const page = await made;
    const unchanged = headers['if-none-match'] === page.headers['etag'];
    if (unchanged) return { status: 304, headers: page.headers };
    const takesGzip = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
    return takesGzip ? packed(page) : { status: 200, headers: page.headers, body: page.html };
  };
}

interface Page {
  readonly headers: Record<string, string>;
  readonly html: string;
  readonly zipped: Buffer;
}

async function makePage(showsDemoAccounts: boolean, fits: (source: string) => boolean): Promise<Page> {
  const tabs = readTabs(showsDemoAccounts).filter(({ query }) => fits(query));
  // Not by `import`, which remembers for good that it could not read a file.
  const { renderGraphiQL } = load('@graphql-yoga/render-graphiql') as typeof RenderGraphiql;
  const graphiql = renderGraphiQL({
    title: 'firstcome',
    endpoint: '/graphql',
    ...(tabs.length > 0 ? { defaultTabs: tabs } : {}),
    defaultEditorToolsVisibility: true,
    shouldPersistHeaders: true,
    schemaDescription: true,
  });
  const { html, scripts } = tabs.some(({ query }) => SIGN_IN.test(query))
    ? await withSignIn(graphiql, showsDemoAccounts)
    : { html: graphiql, scripts: [scriptOf(graphiql)] };
  return {
    html,
    zipped: await zip(html),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentPolicy(scripts),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`,
    },
  };
}

/** Puts the sign-in before GraphiQL: its script must replace `fetch` before GraphiQL runs. */
async function withSignIn(
  graphiql: string,
  showsDemoAccounts: boolean,
): Promise<{ html: string; scripts: string[] }> {
  const [bar, style, script] = await Promise.all(
    ['sign-in.html', 'sign-in.css', 'sign-in.mjs'].map((name) =>
      readFile(new URL(name, import.meta.url), 'utf8'),
    ),
  );
  const accounts = showsDemoAccounts
    ? { ...DEMO_BUYER, adminEmail: DEMO_ADMINISTRATOR.email, adminPassword: DEMO_ADMINISTRATOR.password }
    : {};
  const root = graphiql.indexOf('<div id="root">');
  const ours = `<style>${style}</style>${fillIn(bar!, accounts)}`;
  const rest = graphiql.slice(root);
  return {
    html: `${graphiql.slice(0, root)}${ours}<script>${script!}</script>${rest}`,
    scripts: [script!, scriptOf(graphiql)],
  };
}

const SIGN_IN = /\bsignIn\b/;

/** GraphiQL's own script, which follows its root. */
function scriptOf(graphiql: string): string {
  const rest = graphiql.slice(graphiql.indexOf('<div id="root">'));
  return rest.slice(rest.indexOf('<script>') + '<script>'.length, rest.lastIndexOf('</script>'));
}

const packed = ({ headers, zipped }: Page): HttpReply => ({
  status: 200,
  headers: { ...headers, 'content-encoding': 'gzip' },
  body: zipped,
});

/** The page's own scripts and nothing else run; it sends requests to this origin only, and no page frames it. */
function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return [
    `default-src 'none'`,
    `script-src ${hashes.join(' ')}`,
    // Monaco makes its workers from blobs, and styles as it goes.
    `worker-src blob:`,
    `style-src 'unsafe-inline'`,
    `font-src data:`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

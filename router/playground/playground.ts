import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Fault } from '../../platform/errors.ts';
import type { Handler, HttpReply } from '../../platform/http/server.ts';
import { TABS } from './tabs.ts';

const zip = promisify(gzip);

/**
 * GraphiQL, with operations that are ready to run, in one page that needs nothing from anywhere else. It weighs
 * megabytes, so it is loaded and packed when it is first asked for.
 */
export function playground(): Handler {
  let made: Promise<Page> | null = null;

  return async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
    made ??= makePage();
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

async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'firstcome',
    endpoint: '/graphql',
    defaultTabs: [...TABS],
    defaultEditorToolsVisibility: true,
    shouldPersistHeaders: true,
    schemaDescription: true,
  });
  return {
    html,
    zipped: await zip(html),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentPolicy(html),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`,
    },
  };
}

const packed = ({ headers, zipped }: Page): HttpReply => ({
  status: 200,
  headers: { ...headers, 'content-encoding': 'gzip' },
  body: zipped,
});

/** The page's own script and nothing else runs; it talks to this origin and nobody else, and nobody frames it. */
function contentPolicy(html: string): string {
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  return [
    `default-src 'none'`,
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
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

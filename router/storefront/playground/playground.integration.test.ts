import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { useRouter } from '../../testing/use-router.ts';

const stores = useStores();
const { router } = useRouter({ stores });
let response: Response;
let html: string;

beforeAll(async () => {
  response = await fetch(`${router.url}/`);
  html = await response.text();
});

it('is a page that sends to this router', () => {
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toContain('"endpoint":"/graphql"');
  expect(html).toContain('buyer@firstcome.example');
});

it('needs nothing from anywhere else', () => {
  const markup =
    html.slice(0, html.indexOf('<style>')) + html.slice(html.indexOf('</style>'), html.indexOf('<script>'));
  expect(markup).not.toMatch(/https?:/);
  expect(html).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)="https?:/);
  const style = html.slice(html.indexOf('<style>'), html.indexOf('</style>'));
  expect(style).not.toMatch(/@import|url\(["']?https?:/);
});

it('runs its own scripts only', () => {
  const scripts = /<script>([^]*?)<\/script>\s*<div id="root">[^]*?<script>([^]*)<\/script>/
    .exec(html)!
    .slice(1);
  const policy = response.headers.get('content-security-policy');
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(policy).toContain(`script-src ${hashes.join(' ')};`);
  expect(policy).toContain(`connect-src 'self'`);
});

it('is sent packed, and not again while it has not changed', async () => {
  expect(response.headers.get('content-encoding')).toBe('gzip');
  const again = await fetch(`${router.url}/`, {
    headers: { 'if-none-match': response.headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(304);
});

it('takes no POST', async () => {
  const post = await fetch(`${router.url}/`, { method: 'POST' });
  expect(post.status).toBe(405);
  expect(await post.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
});

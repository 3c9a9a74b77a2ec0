import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault } from '../../../platform/errors.ts';
import type { Handler } from '../../../platform/http/types.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

export interface StaticFileOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** What is put in the place of each `{{name}}`, made harmless in HTML. */
  readonly values?: Readonly<Record<string, string>>;
  /** 200, unless it is said. Another one is sent as a whole each time, without an `etag`. */
  readonly status?: number;
}

/** A small file that is sent with the program: read at the first request, and not sent again while it is the same. */
export function staticFile(
  url: URL,
  { headers = {}, values = {}, status = 200 }: StaticFileOptions = {},
): Handler {
  const type = TYPES[url.pathname.split('.').at(-1)!]!;
  let made: Promise<{ body: Buffer; etag: string }> | null = null;

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
    made ??= make().catch((error: unknown) => {
      // The next request tries again.
      made = null;
      throw error;
    });
    const { body, etag } = await made;
    const plain = { 'content-type': type, 'cache-control': 'no-cache', ...headers };
    if (status !== 200) return { status, headers: plain, body };
    const all = { ...plain, etag };
    return request.headers['if-none-match'] === etag
      ? { status: 304, headers: all }
      : { status: 200, headers: all, body };
  };

  async function make() {
    const text = await readFile(url, 'utf8');
    const filled = fillIn(text, values);
    const etag = `"${createHash('sha256').update(filled).digest('base64url').slice(0, 22)}"`;
    return { body: Buffer.from(filled), etag };
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Puts a value, or nothing, in the place of each `{{name}}`. */
export const fillIn = (html: string, values: Readonly<Record<string, string>>): string =>
  html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''));

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!);

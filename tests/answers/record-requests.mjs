/**
 * Loaded before a router by `--import` (`recording.ts`), with `?folder=` in its URL: appends each request to /graphql that differs from those
 * before it to a file of this process in that folder, one line of JSON each. The values of tokens are left out.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const MAX_BODY_BYTES = 100_000;
/** Of one document in one process: values of variables mostly differ by ids. */
const MAX_OF_ONE_DOCUMENT = 5;

const program = process.argv[1] ?? '';
const isRouter = basename(program) === 'main.js' && basename(dirname(program)) === 'router';
const folder = new URL(import.meta.url).searchParams.get('folder');

/** By method, document and kind of caller. */
const seen = new Map();

if (isRouter && folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}-${Date.now()}.jsonl`);
  subscribe('http.server.request.start', ({ request, response }) => {
    if (!/^\/graphql(\?|$)/.test(request.url)) return;
    const chunks = [];
    let bytes = 0;
    const push = request.push.bind(request);
    request.push = (chunk, encoding) => {
      if (chunk) {
        bytes += chunk.length;
        if (bytes <= MAX_BODY_BYTES) chunks.push(Buffer.from(chunk));
      }
      return push(chunk, encoding);
    };
    response.once('close', () => {
      if (bytes > MAX_BODY_BYTES || !response.headersSent) return;
      const line = lineOf(request, Buffer.concat(chunks).toString(), response.statusCode);
      if (line) appendFileSync(file, `${line}\n`);
    });
  });
}

/** @returns null where enough like it were recorded */
function lineOf({ method, url, headers }, body, status) {
  const scopes = scopesIn(headers.authorization);
  const kind = `${method} ${scopes} ${method === 'GET' ? url : documentIn(body)}`;
  const count = seen.get(kind) ?? 0;
  if (count === MAX_OF_ONE_DOCUMENT) return null;
  seen.set(kind, count + 1);
  const { accept, 'content-type': contentType } = headers;
  return JSON.stringify({ method, url, accept, contentType, scopes, body, status });
}

function documentIn(body) {
  try {
    const { query, operationName, extensions } = JSON.parse(body);
    return JSON.stringify([query, operationName, extensions]);
  } catch {
    return body;
  }
}

/** @returns what the token of a caller allows; null: there is none; undefined: it is none that can be read */
function scopesIn(authorization) {
  if (!authorization) return null;
  try {
    const { scope = '' } = JSON.parse(Buffer.from(authorization.split('.')[1], 'base64url').toString());
    return String(scope);
  } catch {
    return undefined;
  }
}

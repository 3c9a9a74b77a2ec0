import http from 'k6/http';
import { baseUrl } from './settings.js';

/**
 * Sends one operation. Requests are distinguished by the operation's name: `http_req_duration{name:Stock}`.
 *
 * @param document a document whose operation has a name
 * @returns what came back: `data`, or the `fault` in its place, which is an error code, `HTTP 502` or `no answer`, with
 * `retryAfterMs` if the response has it
 */
export async function execute(document, variables = {}, token = undefined) {
  const name = /(?:query|mutation)\s+(\w+)/.exec(document)[1];
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await http.asyncRequest(
      'POST',
      `${baseUrl}/graphql`,
      JSON.stringify({ query: document, variables }),
      { headers, tags: { name }, timeout: '60s' },
    );
  } catch {
    return { data: null, fault: 'no answer' };
  }
  return read(response);
}

/** For set-up and reading back, where a fault ends the run. Returns the data. */
export async function executeOrThrow(document, variables, token) {
  const { data, fault } = await execute(document, variables, token);
  if (fault) throw new Error(`${document.trim().split('\n')[0]} was answered with ${fault}`);
  return data;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function read(response) {
  if (response.status === 0) return { data: null, fault: 'no answer' };
  let body;
  try {
    body = response.json();
  } catch {
    return { data: null, fault: `HTTP ${response.status}` };
  }
  const [error] = body.errors || [];
  if (!error && body.data) return { data: body.data, fault: null };
  return {
    data: null,
    fault: (error && error.extensions && error.extensions.code) || `HTTP ${response.status}`,
    retryAfterMs: error && error.extensions && error.extensions.retryAfterMs,
  };
}

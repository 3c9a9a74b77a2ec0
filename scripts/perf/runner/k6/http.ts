import { Agent } from 'undici';
import { addSample, metricOf, type Tags } from '../metrics.ts';
import { currentContext } from '../user-context.ts';

/** The module `k6/http`, as far as requests that are awaited go. */
interface Params {
  readonly headers?: Record<string, string>;
  readonly tags?: Tags;
  /** Such as `60s`. */
  readonly timeout?: string;
}

interface Response {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly body: string | null;
  readonly error: string;
  readonly timings: { readonly duration: number };
  json(): unknown;
}

metricOf('http_reqs', 'counter');
metricOf('http_req_duration', 'trend', 'time');
metricOf('http_req_failed', 'rate');

/** As many connections as there are requests under way: no user waits for another's. */
const agent = new Agent({ connections: null, pipelining: 1, keepAliveTimeout: 60_000 });

async function asyncRequest(
  method: string,
  url: string,
  body: string | null = null,
  { headers = {}, tags = {}, timeout = '60s' }: Params = {},
): Promise<Response> {
  const { origin, pathname, search } = new URL(url);
  const timeoutMs = Number.parseInt(timeout, 10) * 1_000;
  const began = performance.now();
  let status = 0;
  let text: string | null = null;
  let error = '';
  try {
    const reply = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers,
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    text = await reply.body.text();
    status = reply.statusCode;
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  const duration = performance.now() - began;
  count(duration, status, { name: url, ...tags, method, status });
  return { status, body: text, error, timings: { duration }, json: () => JSON.parse(text ?? '') as unknown };
}

function count(duration: number, status: number, tags: Tags): void {
  const all = { ...tags, scenario: currentContext()?.scenario ?? '' };
  addSample('http_reqs', 1, all);
  addSample('http_req_duration', duration, all);
  addSample('http_req_failed', status < 200 || status >= 400 ? 1 : 0, all);
}

const http = { asyncRequest };
export { http as default };

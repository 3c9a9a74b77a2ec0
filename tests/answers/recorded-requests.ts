import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A request to a router, as `record-requests.mjs` writes it. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly accept?: string;
  readonly contentType?: string;
  /** Of the caller's token, divided by spaces; null: there was none; left out: it was none that can be read. */
  readonly scopes?: string | null;
  readonly body: string;
  readonly status: number;
}

/** @returns those of a folder that differ, in the order of their texts */
export async function readRecorded(folder: string): Promise<RecordedRequest[]> {
  const byText = new Map<string, RecordedRequest>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.jsonl')) continue;
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      if (line === '') continue;
      const { status, ...request } = parseRequest(line, join(folder, name));
      const text = JSON.stringify(request);
      if (!byText.has(text)) byText.set(text, { ...request, status });
    }
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
}

function parseRequest(line: string, file: string): RecordedRequest {
  try {
    return JSON.parse(line) as RecordedRequest;
  } catch {
    throw new Error(`${file} has a line that is no recorded request: ${line.slice(0, 80)}`);
  }
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { receivedAt } from '../otlp-receiver.ts';
import type { Service } from '../service.ts';
import type { TestStores } from '../stores.ts';
import { ALLOWED } from './allowed.ts';
import { SensitiveValues } from './sensitive-values.ts';
import { textsInMysql, textsInRedis, type PlaceText } from './stored-text.ts';
import { ValueSearch } from './value-search.ts';

type WatchedService = Pick<Service, 'name' | 'url' | 'log'>;

/**
 * Watches a system under test for secrets and personal values that get where they do not belong: logs, traces, errors, metrics,
 * MySQL, Redis. Mails are the one place that may have them. The values are those of the test itself (`SensitiveValues`).
 */
export class LeakWatch {
  readonly values = new SensitiveValues();
  readonly #stores: TestStores;
  readonly #services = new Set<WatchedService>();
  readonly #collectors = new Set<string>();
  readonly #errors = new Set<string>();
  readonly #metrics = new Set<string>();

  constructor(stores: TestStores) {
    this.#stores = stores;
  }

  /** @param environment its settings, whose secrets are values, too */
  watch(service: WatchedService, environment: NodeJS.ProcessEnv = {}): void {
    this.#services.add(service);
    this.values.addSettings(environment);
    const collector = environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
    if (collector) this.#collectors.add(collector);
  }

  /** What a client was answered: its errors and refusals are searched, and the tokens in it are values. */
  noteAnswer({ data, errors }: { readonly data?: unknown; readonly errors?: unknown }): void {
    this.values.addAnswer(data);
    if (errors !== undefined) this.#errors.add(withoutRequestId(JSON.stringify(errors)));
    for (const refusal of refusalsIn(data)) this.#errors.add(refusal);
  }

  /** Reads what is gone when the processes have stopped. @param dataDir of the processes */
  async beforeStop(dataDir: string): Promise<void> {
    await Promise.all([...this.#services].map((service) => this.#readMetrics(service)));
    const folder = join(dataDir, 'secrets');
    for (const file of await readdir(folder).catch(() => []))
      this.values.addSecret(await readFile(join(folder, file), 'utf8'));
  }

  /** @returns a sentence for each value at each place where it may not be */
  async find(): Promise<string[]> {
    const search = new ValueSearch(this.values.patterns());
    const found: string[] = [];
    for await (const { place, text } of this.#texts()) {
      for (const { label, context } of search.find(text))
        if (!ALLOWED.some((allowed) => allowed.place.test(place) && allowed.value.test(label)))
          found.push(`${label} in ${place}: ${context}`);
    }
    return found;
  }

  /** @throws with every value that was found */
  async assertNone(): Promise<void> {
    const found = await this.find();
    if (found.length > 0)
      throw new Error(`Secret or personal values are where they do not belong:\n${found.join('\n')}`);
  }

  async *#texts(): AsyncGenerator<PlaceText> {
    for (const { name, log } of this.#services) yield { place: `log of ${name}`, text: Buffer.from(log) };
    for (const collector of this.#collectors)
      yield { place: 'traces', text: Buffer.from(receivedAt(collector)) };
    yield { place: 'errors', text: Buffer.from([...this.#errors].join('\n')) };
    yield { place: 'metrics', text: Buffer.from([...this.#metrics].join('\n')) };
    yield* ifReachable(textsInMysql(this.#stores));
    yield* ifReachable(textsInRedis(this.#stores));
  }

  async #readMetrics({ url, log }: WatchedService): Promise<void> {
    const own = /"url":"([^"]*\/metrics)"/.exec(log)?.[1];
    const response = await fetch(own ?? `${url}/metrics`).catch(() => null);
    if (response?.ok) this.#metrics.add(await response.text());
    else await response?.body?.cancel();
  }
}

const withoutRequestId = (text: string): string => text.replace(/"requestId":"[^"]*"/g, '');

/** Refusals, the members of result unions that have a message. */
function* refusalsIn(data: unknown): Generator<string> {
  if (typeof data !== 'object' || data === null) return;
  const { message, problems } = data as { readonly message?: unknown; readonly problems?: unknown };
  if (typeof message === 'string') yield JSON.stringify({ message, problems });
  for (const inner of Object.values(data)) yield* refusalsIn(inner);
}

/** A store that the test has stopped, or a database that it never made, holds nothing. */
async function* ifReachable(texts: AsyncGenerator<PlaceText>): AsyncGenerator<PlaceText> {
  try {
    yield* texts;
  } catch (error) {
    if (!/ECONNREFUSED|Connection is closed/.test(String(error))) throw error;
  }
}

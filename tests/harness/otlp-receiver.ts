import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** A span as it came over OTLP, in the parts that tests look at. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** Since 1970, in decimal digits. */
  readonly startTimeUnixNano: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'service' | 'attributes'> & {
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const receivers = new Map<string, OtlpReceiver>();

/** Everything that the receiver at a URL has got; nothing for another collector. */
export const receivedAt = (url: string): string => receivers.get(url)?.text ?? '';

/** A collector: takes OTLP over HTTP in JSON, and keeps it. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Everything as it came. */
  text = '';
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') this.#take(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  /** @returns where it listens */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    receivers.set(url, this);
    return url;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(text: string): void {
    this.text += text;
    for (const { resource, scopeSpans } of (JSON.parse(text) as ExportRequest).resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({ ...span, service, attributes: valuesOf(span.attributes) });
    }
  }
}

const valuesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Call at the top of a test file, before the stack. @param environment of the stack, with the address of this receiver */
export function useOtlpReceiver(environment: NodeJS.ProcessEnv): OtlpReceiver {
  const receiver = new OtlpReceiver();
  beforeAll(async () => {
    environment['OTEL_EXPORTER_OTLP_ENDPOINT'] = await receiver.start();
  });
  afterAll(() => receiver.stop());
  return receiver;
}

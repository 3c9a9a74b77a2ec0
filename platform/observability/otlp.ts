import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span as OtelSpan,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { settingOf } from '../config/environment.ts';
import type { Logger } from '../logger.ts';
import type { Attributes, Span, SpanOptions, SpanSource } from './span.ts';
import { formatTraceParent, parseTraceParent, type TraceParent } from './traceparent.ts';

/** Spans over OTLP/HTTP. Loaded only where traces are enabled: it is most of a megabyte of code. */
export interface OtlpSource extends SpanSource {
  /** Sends the remaining spans. */
  close(): Promise<void>;
}

const EXPORT_TIMEOUT_MS = 2_000;

/** @param endpoint of a collector, without `/v1/traces`; what goes beyond that is read from OTEL_EXPORTER_OTLP_HEADERS */
export function openOtlp(service: string, endpoint: string, logger: Logger): OtlpSource {
  diag.setLogger(toDiagLogger(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    headers: headersOf(settingOf('OTEL_EXPORTER_OTLP_HEADERS') ?? ''),
  });
  const provider = new BasicTracerProvider({
    resource: new Resource({
      'service.name': service,
      'service.namespace': 'firstcome',
      'process.pid': process.pid,
    }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('firstcome');
  return {
    start: (name, parent, options) => new RecordedSpan(tracer, name, parent && toContext(parent), options),
    close: () => provider.shutdown(),
  };
}

/** `name=value,…` with percent encoding, as the exporter itself reads the variable; it does not read the file of a secret. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/\s*([^=,]+)=([^,]*)/g)].map(([, name, value]) => [
      name!.trim(),
      decodeURIComponent(value!.trim()),
    ]),
  );

const KINDS = { client: SpanKind.CLIENT, server: SpanKind.SERVER } as const;

class RecordedSpan implements Span {
  readonly #tracer: Tracer;
  readonly #span: OtelSpan;

  constructor(tracer: Tracer, name: string, parent: SpanContext | null, options: SpanOptions = {}) {
    this.#tracer = tracer;
    this.#span = tracer.startSpan(
      name,
      {
        kind: options.kind ? KINDS[options.kind] : SpanKind.INTERNAL,
        attributes: { ...options.attributes },
        links: (options.links ?? []).flatMap(toLink),
      },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
  }

  get isRecorded(): boolean {
    return this.#span.isRecording();
  }

  get traceparent(): string {
    const { traceId, spanId } = this.#span.spanContext();
    return formatTraceParent({ traceId, spanId, isSampled: true });
  }

  child(name: string, options?: SpanOptions): Span {
    return new RecordedSpan(this.#tracer, name, this.#span.spanContext(), options);
  }

  setAttributes(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.#span.end();
  }
}

const toContext = ({ traceId, spanId }: TraceParent): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

function toLink({ traceparent }: Span): { context: SpanContext }[] {
  const parent = parseTraceParent(traceparent);
  return parent ? [{ context: toContext(parent) }] : [];
}

/** A collector that cannot be reached costs traces, and a line in the log now and then. */
function toDiagLogger(logger: Logger) {
  const ignore = () => undefined;
  const warn = (message: string) => logger.warn({ reason: message }, 'traces could not be sent');
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}

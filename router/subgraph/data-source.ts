import type { GraphQLDataSource } from '@apollo/gateway';
import { type GraphQLFormattedError } from 'graphql';
import { isRead } from '../../platform/subgraph-client/operation.ts';
import { Fault, type FaultCode } from '../../platform/errors.ts';
import { readReply, type SubgraphReply } from '../../platform/subgraph-client/reply.ts';
import { placesOfEntities, type EntityPlace, type Path } from '../execution/entity-places.ts';
import type { ExecutionContext } from './execution-context.ts';
import { fieldsReadBy } from '../execution/fields-read.ts';
import { faultOfField, faultOfRead, faultOfWhole } from './subgraph-fault.ts';
import type { SubgraphTraffic } from './subgraph-traffic.ts';

type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];
type Reply = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** No place at the subgraph, or a rate limit. */
const REFUSED_HERE: ReadonlySet<string> = new Set<FaultCode>(['UNAVAILABLE', 'RATE_LIMITED']);

/**
 * The gateway's connection to one subgraph. It sends a signed identity instead of the client's headers and propagates the deadline, and it
 * masks errors: clients see what is meant for them, the log has the whole error.
 */
export class SubgraphDataSource implements GraphQLDataSource {
  constructor(
    private readonly name: string,
    private readonly traffic: SubgraphTraffic,
    /** How long reads may take after a mutation of the same request was answered, in milliseconds. */
    private readonly followUpMs: number,
  ) {}

  async process(options: ProcessOptions): Promise<Reply> {
    if (!('incomingRequestContext' in options))
      throw new Error('Subgraphs answer operations of clients only.');
    const { query = '', variables, operationName } = options.request;
    const context = options.incomingRequestContext.context as unknown as ExecutionContext;
    context.isSent = true;
    context.onPlan?.();
    const sent: SentRequest = { query, variables, path: options.pathInIncomingRequest ?? [], context };
    const begun = Date.now();
    try {
      // Parsed anew for each request that shares it: the gateway writes into the result.
      const answer = await this.traffic.execute({ query, variables, operationName }, context);
      context.onFreshness?.(answer.freshForMs);
      const reply = readReply(answer);
      if (!isRead(query)) context.followUpDeadline = Date.now() + this.followUpMs;
      if (reply.errors) this.log(context, reply.errors);
      if (reply.errors && reply.data === undefined) return failed(sent, faultOfWhole(reply.errors));
      assertEntities(sent, reply);
      keep(sent, reply.data);
      return reply.errors ? withErrors(sent, reply.data, reply.errors) : { data: reply.data ?? null };
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('INTERNAL');
      const line = { subgraph: this.name, tookMs: Date.now() - begun };
      // Refused here, which thousands may be at once: a stack trace for each would be the greater trouble.
      if (REFUSED_HERE.has(fault.code) && !fault.cause)
        context.logger.debug({ ...line, code: fault.code }, 'refused before a request to the subgraph');
      else context.logger.error({ ...line, err: error }, 'subgraph did not answer');
      return failed(sent, isRead(query) ? faultOfRead(fault) : fault);
    }
  }

  /** Codes and places: a message may quote what the client sent. The subgraph's own log has the same request id. */
  private log({ logger }: ExecutionContext, errors: NonNullable<SubgraphReply['errors']>): void {
    const kinds = errors.map(({ path, extensions }) => ({ code: codeOf(extensions), path }));
    logger.warn({ subgraph: this.name, errors: kinds }, 'subgraph answered with errors');
  }
}

const codeOf = (extensions: Record<string, unknown> | undefined): string | null =>
  typeof extensions?.['code'] === 'string' ? extensions['code'].slice(0, MAX_CODE) : null;

/** Characters; the codes of another implementation of a subgraph are its own. */
const MAX_CODE = 64;

/** A request to the subgraph, and where its response belongs. */
interface SentRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** Of the entities in the whole answer; `@` stands for every element of a list. */
  readonly path: Path;
  readonly context: ExecutionContext;
}

const representationsIn = ({ variables }: SentRequest): readonly object[] | null => {
  const representations = variables?.['representations'];
  return Array.isArray(representations) ? (representations as readonly object[]) : null;
};

/** @throws {Error} when the entities are not those that were requested */
function assertEntities(sent: SentRequest, { data, errors }: SubgraphReply): void {
  const representations = representationsIn(sent);
  if (!representations || (!data && errors)) return;
  const entities = data?.['_entities'];
  if (!Array.isArray(entities) || entities.length !== representations.length)
    throw new Error('The subgraph did not answer with as many entities as were requested.');
}

/** The objects themselves, into which the gateway merges what is read of them elsewhere. */
function keep(sent: SentRequest, data: SubgraphReply['data']): void {
  if (!data || representationsIn(sent)) return;
  const answer = (sent.context.answer ??= {});
  for (const [name, value] of Object.entries(data)) answer[name] ??= value;
}

function withErrors(
  sent: SentRequest,
  data: SubgraphReply['data'],
  errors: NonNullable<SubgraphReply['errors']>,
): Reply {
  const shown = errors.map((error): GraphQLFormattedError => {
    const fault = faultOfField(error);
    const { message, extensions } = isOfRead(sent.query, data, error.path) ? faultOfRead(fault) : fault;
    const place = placeOf(sent, error.path);
    return {
      message,
      extensions: { ...extensions, ...(place ? { place } : {}) },
      ...(error.path ? { path: error.path } : {}),
    };
  });
  return noted(sent, { data: data ?? null, errors: shown });
}

/** Of an error in an answer of entities, whose path begins with `_entities` and the index of one. */
function placeOf(sent: SentRequest, errorPath: Path = []): EntityPlace | null {
  const representations = representationsIn(sent);
  const [, index, ...below] = errorPath;
  if (!representations || typeof index !== 'number') return null;
  const entity = placesOfEntities(sent.context.answer, sent.path, representations)[index];
  return entity ? { entity, below, isOfWhole: false } : null;
}

/** In the answer of a mutation, what is below a root field that has a value was read after the mutation had run. */
function isOfRead(query: string, data: SubgraphReply['data'], [root, ...below]: Path = []): boolean {
  if (isRead(query)) return true;
  return root !== undefined && below.length > 0 && (data?.[root] ?? null) !== null;
}

/** Places that are named at the most when a subgraph gave no answer. */
const MAX_PLACES = 100;

/**
 * The answer of a subgraph that gave none: the fault at each of its root fields, as if they had all failed, and of entities at
 * each field of each of them.
 */
function failed(sent: SentRequest, { message, extensions }: Fault): Reply {
  const { ofRoot, ofEntities } = fieldsReadBy(sent.query);
  const representations = representationsIn(sent);
  if (!ofEntities || !representations) {
    const errors = ofRoot.map((field) => ({ message, extensions, path: [field] }));
    return noted(sent, { data: null, errors });
  }
  const entities = placesOfEntities(sent.context.answer, sent.path, representations);
  const places = entities.flatMap((entity, index): EntityPlace[] => {
    const type = (representations[index] as { readonly __typename?: unknown }).__typename;
    const fields = ofEntities.get(String(type)) ?? [...ofEntities.values()].flat();
    return fields.map((field) => ({ entity, below: [field], isOfWhole: true }));
  });
  const errors = places
    .slice(0, MAX_PLACES)
    .map((place) => ({ message, extensions: { ...extensions, place }, path: [] }));
  return noted(sent, { data: null, errors });
}

function noted(
  { context }: SentRequest,
  reply: Reply & { readonly errors: readonly GraphQLFormattedError[] },
): Reply {
  (context.failures ??= []).push(...reply.errors);
  return reply;
}

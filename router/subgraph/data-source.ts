import type { GraphQLDataSource } from '@apollo/gateway';
import { Kind, parse, type GraphQLFormattedError } from 'graphql';
import { isRead } from '../../platform/http/operation.ts';
import { Fault, type FaultCode } from '../../platform/errors.ts';
import { readReply, type SubgraphReply } from '../../platform/http/subgraph-reply.ts';
import type { RequestContext } from './request-context.ts';
import { faultOfField, faultOfRead, faultOfWhole } from './subgraph-fault.ts';
import type { SubgraphTraffic } from './subgraph-traffic.ts';

type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];
type Reply = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** No place at the subgraph, or a rate limit. */
const REFUSED_HERE: ReadonlySet<string> = new Set<FaultCode>(['UNAVAILABLE', 'RATE_LIMITED']);

/**
 * The gateway's way to one subgraph: a signed identity instead of the client's headers, what is left of the caller's
 * patience as the deadline, and errors of which only what may be seen goes up. All that is known goes into the log.
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
    const context = options.incomingRequestContext.context as unknown as RequestContext;
    context.onPlan?.();
    const begun = Date.now();
    try {
      // Read anew by everybody who shares it: the gateway writes into what it is given.
      const reply = readReply(await this.traffic.ask({ query, variables, operationName }, context));
      if (!isRead(query)) context.followUpDeadline = Date.now() + this.followUpMs;
      if (!reply.errors) return { data: reply.data ?? null };
      this.log(context, reply.errors);
      if (reply.data === undefined) return failed(query, faultOfWhole(reply.errors));
      return { data: reply.data, errors: reply.errors.map((error) => shownError(query, reply.data, error)) };
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('INTERNAL');
      const line = { subgraph: this.name, tookMs: Date.now() - begun };
      // Refused here, which thousands may be at once: a stack trace for each would be the greater trouble.
      if (REFUSED_HERE.has(fault.code) && !fault.cause)
        context.logger.debug({ ...line, code: fault.code }, 'refused before the subgraph was asked');
      else context.logger.error({ ...line, err: error }, 'subgraph did not answer');
      return failed(query, isRead(query) ? faultOfRead(fault) : fault);
    }
  }

  /** Codes and places: a message may quote what the client sent. The subgraph's own log has the same request id. */
  private log({ logger }: RequestContext, errors: NonNullable<SubgraphReply['errors']>): void {
    const kinds = errors.map(({ path, extensions }) => ({ code: codeOf(extensions), path }));
    logger.warn({ subgraph: this.name, errors: kinds }, 'subgraph answered with errors');
  }
}

const codeOf = (extensions: Record<string, unknown> | undefined): string | null =>
  typeof extensions?.['code'] === 'string' ? extensions['code'].slice(0, MAX_CODE) : null;

/** Characters; the codes of another implementation of a subgraph are its own. */
const MAX_CODE = 64;

function shownError(
  query: string,
  data: SubgraphReply['data'],
  error: NonNullable<SubgraphReply['errors']>[number],
): GraphQLFormattedError {
  const fault = faultOfField(error);
  const { message, extensions } = isOfRead(query, data, error.path) ? faultOfRead(fault) : fault;
  return { message, extensions, ...(error.path ? { path: error.path } : {}) };
}

/** In the answer of a mutation, what is below a root field that has a value was read after the mutation had run. */
function isOfRead(
  query: string,
  data: SubgraphReply['data'],
  [root, ...below]: readonly (string | number)[] = [],
): boolean {
  if (isRead(query)) return true;
  return root !== undefined && below.length > 0 && (data?.[root] ?? null) !== null;
}

/**
 * The answer of a subgraph that gave none: the fault at each of its root fields, as if they had all failed. Of entities,
 * one fault where they hang in the whole.
 */
function failed(query: string, { message, extensions }: Fault): Reply {
  const paths = rootFields(query).map((field) => (field === '_entities' ? [] : [field]));
  return { data: null, errors: paths.map((path) => ({ message, extensions, path })) };
}

function rootFields(query: string): string[] {
  const [operation] = parse(query, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [],
  );
}

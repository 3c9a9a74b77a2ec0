import { Fault, type FaultCode } from '../../platform/errors.ts';
import { isRecord } from '../../platform/is-record.ts';
import { isRead } from '../../platform/subgraph-client/operation.ts';
import { readReply, type SubgraphReply } from '../../platform/subgraph-client/reply.ts';
import type { ExecutionContext } from './execution-context.ts';
import { faultOfField, faultOfRead, faultOfWhole } from './subgraph-fault.ts';
import type { SubgraphTraffic } from './subgraph-traffic.ts';

/** No place at the subgraph, or a rate limit. */
const REFUSED_HERE: ReadonlySet<string> = new Set<FaultCode>(['UNAVAILABLE', 'RATE_LIMITED']);

/** What is sent of a document to a subgraph; the variables are added to it. */
export interface SubgraphDocument {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly isRead: boolean;
}

export const subgraphDocument = (query: string, operationName: string | undefined): SubgraphDocument => ({
  query,
  operationName,
  isRead: isRead(query),
});

export interface SubgraphAnswer {
  readonly data: Record<string, unknown> | null;
  /** Masked: what clients may see of them. */
  readonly errors: readonly FieldFault[];
  /** The response as it came, where it is nothing but data; null: it is more. */
  readonly body: string | null;
}

/** A fault in one field of a response, `path` from the root of the response. */
export interface FieldFault {
  readonly fault: Fault;
  readonly path: readonly (string | number)[] | undefined;
}

const NO_ERRORS: readonly FieldFault[] = [];

/**
 * The requests of plans to one subgraph. It sends a signed identity instead of the client's headers and propagates the deadline, and it
 * masks errors: clients see what is meant for them, the log has the whole error.
 */
export class SubgraphSource {
  constructor(
    private readonly name: string,
    private readonly traffic: Pick<SubgraphTraffic, 'execute'>,
    /** How long reads may take after a mutation of the same request was answered, in milliseconds. */
    private readonly followUpMs: number,
  ) {}

  /**
   * @param entities how many are requested; null: root fields are
   * @returns a fault where the subgraph gave no answer; it is logged. Never rejects
   */
  async send(
    document: SubgraphDocument,
    variables: Readonly<Record<string, unknown>>,
    entities: number | null,
    context: ExecutionContext,
  ): Promise<SubgraphAnswer | Fault> {
    const { isRead: isReading } = document;
    const begun = Date.now();
    try {
      context.onPlan?.();
      const response = await this.traffic.execute({ ...document, variables }, context);
      context.onFreshness?.(response.freshForMs);
      const reply = readReply(response);
      if (!isReading) context.followUpDeadline = Date.now() + this.followUpMs;
      const errors = errorsIn(reply);
      if (errors) this.log(context, errors);
      if (errors && reply.data === undefined) return faultOfWhole(errors);
      if (entities !== null) assertEntities(entities, reply);
      return {
        data: reply.data ?? null,
        errors: errors ? errors.map((error) => fieldFault(error, reply.data, isReading)) : NO_ERRORS,
        body: response.status === 200 ? dataAlone(response.text, reply) : null,
      };
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('INTERNAL');
      const line = { subgraph: this.name, tookMs: Date.now() - begun };
      // Refused here, which thousands may be at once: a stack trace for each would be the greater trouble.
      if (REFUSED_HERE.has(fault.code) && !fault.cause)
        context.logger.debug({ ...line, code: fault.code }, 'refused before a request to the subgraph');
      else context.logger.error({ ...line, err: error }, 'subgraph did not answer');
      return isReading ? faultOfRead(fault) : fault;
    }
  }

  /** Codes and places: a message may quote what the client sent. The subgraph's own log has the same request id. */
  private log({ logger }: ExecutionContext, errors: readonly SubgraphError[]): void {
    const kinds = errors.map(({ path, extensions }) => ({ code: codeOf(extensions), path }));
    logger.warn({ subgraph: this.name, errors: kinds }, 'subgraph answered with errors');
  }
}

const codeOf = (extensions: Record<string, unknown> | undefined): string | null =>
  typeof extensions?.['code'] === 'string' ? extensions['code'].slice(0, MAX_CODE) : null;

/** Characters; the codes of another implementation of a subgraph are its own. */
const MAX_CODE = 64;

/** @returns the response without what is around it; null where there is more in it than data */
function dataAlone(text: string, reply: SubgraphReply): string | null {
  if (!text.startsWith('{"data":')) return null;
  for (const name in reply) if (name !== 'data') return null;
  return text.endsWith('}') ? text : text.trimEnd();
}

type SubgraphError = NonNullable<SubgraphReply['errors']>[number];

/** Of each what is as the specification says: another implementation may write anything. @returns null where there are none */
function errorsIn({ errors }: SubgraphReply): readonly SubgraphError[] | null {
  if (!errors) return null;
  const all: readonly unknown[] = Array.isArray(errors) ? errors : [errors];
  return all.map((error) => {
    const { message, path, extensions } = isRecord(error) ? error : {};
    return {
      message: typeof message === 'string' ? message : '',
      ...(isPath(path) ? { path } : {}),
      ...(isRecord(extensions) ? { extensions } : {}),
    };
  });
}

const isPath = (path: unknown): path is readonly (string | number)[] =>
  Array.isArray(path) && path.every((step) => typeof step === 'string' || typeof step === 'number');

/** @throws {Error} when the entities are not those that were requested */
function assertEntities(count: number, { data, errors }: SubgraphReply): void {
  if (!data && errors) return;
  const entities = data?.['_entities'];
  if (!Array.isArray(entities) || entities.length !== count)
    throw new Error('The subgraph did not answer with as many entities as were requested.');
}

function fieldFault(error: SubgraphError, data: SubgraphReply['data'], isReading: boolean): FieldFault {
  const fault = faultOfField(error);
  const { path } = error;
  return { fault: isReading || isBelowMutation(data, path) ? faultOfRead(fault) : fault, path };
}

/** In the answer of a mutation, what is below a root field that has a value was read after the mutation had run. */
function isBelowMutation(
  data: SubgraphReply['data'],
  [root, ...below]: FieldFault['path'] & object = [],
): boolean {
  return root !== undefined && below.length > 0 && (data?.[root] ?? null) !== null;
}

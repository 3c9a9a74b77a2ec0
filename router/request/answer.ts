import type { GraphQLFormattedError } from 'graphql';
import { Fault, FAULTS, isFaultCode, type FaultCode } from '../../platform/errors.ts';
import type { HttpReply } from '../../platform/http/types.ts';
import type { ExecutionResult } from '../execution/compiled-operation.ts';
import type { ExecutionError } from '../execution/execution-error.ts';
import { InvalidDocument } from '../operation/invalid-document.ts';
import { isGraphqlAnswer, namesJson } from './content-type.ts';
import type { RequestContext } from './request-context.ts';

/** What of a request its answer depends on. */
export type AnswerContext = Pick<RequestContext, 'requestId' | 'contentType' | 'accept' | 'logger'>;

export interface AnswerOptions {
  /** Whether a mutation of the request has run: its answer must not be taken for a refusal. */
  readonly mutated?: boolean;
  /** `extensions` beside the data; undefined: none. */
  readonly extensions?: object | undefined;
}

/** The answer to a request that was not executed: the one place where a fault becomes JSON. */
export function refusal(error: unknown, context: AnswerContext): HttpReply {
  if (error instanceof InvalidDocument) {
    const errors = error.errors.map(({ message, locations }) => ({
      message,
      ...(locations ? { locations } : {}),
      extensions: { code: 'BAD_REQUEST', requestId: context.requestId },
    }));
    const status = namesJson(context.accept) ? 200 : FAULTS.BAD_REQUEST.status;
    return { ...write(status, { errors }, context), fault: 'BAD_REQUEST' };
  }
  if (!(error instanceof Fault)) context.logger.error({ err: error }, 'request failed');
  const { code, message, extensions } = error instanceof Fault ? error : new Fault('INTERNAL');
  const errors = [{ message, extensions: { ...extensions, requestId: context.requestId } }];
  const headers = headersFor(code, extensions['retryAfterMs']);
  return { ...write(FAULTS[code].status, { errors }, context, headers), fault: code };
}

/**
 * The answer to a request that was executed. Data that is there makes it a 200, with errors beside it or not; an answer
 * with errors and nothing else has the status of its fault, the highest if they differ, unless a mutation has run. In `application/graphql-response+json`, data whose fields
 * are all null is data.
 */
export function answer(
  { data, errors = [], body: asItCame }: ExecutionResult,
  context: AnswerContext,
  { mutated = false, extensions }: AnswerOptions = {},
): HttpReply {
  const more = extensions ? { extensions } : {};
  if (asItCame !== undefined && !extensions) return reply(200, asItCame, context);
  if (errors.length === 0) return write(200, { data, ...more }, context);

  const shown = errors.map((error) => showFault(error, context));
  const body = {
    errors: shown,
    ...(data === undefined && !mutated ? {} : { data: data ?? null }),
    ...more,
  };
  const worst = shown.reduce((a, b) => (statusOf(b) > statusOf(a) ? b : a));
  const fault = codeOf(worst);
  const isAnswered =
    data && (isGraphqlAnswer(context.contentType) || Object.values(data).some((value) => value !== null));
  if (isAnswered || mutated) return { ...write(200, body, context), fault };
  const headers = headersFor(fault, worst.extensions?.['retryAfterMs']);
  return { ...write(statusOf(worst), body, context, headers), fault };
}

function showFault(error: ExecutionError, { requestId, logger }: AnswerContext): GraphQLFormattedError {
  const { code, retryAfterMs } = error.extensions;
  const fault = isFaultCode(code) ? new Fault(code, error.message) : new Fault('INTERNAL');
  if (!isFaultCode(code)) logger.error({ err: error }, 'execution failed');
  return {
    message: fault.message,
    ...(error.path ? { path: visible(error.path) } : {}),
    extensions: { code: fault.code, requestId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  };
}

/** The part of a path that the client can find in its own operation: the planner's `@` stands for every element of a list. */
function visible(path: readonly (string | number)[]): readonly (string | number)[] {
  const inside = path.indexOf('@');
  return inside < 0 ? path : path.slice(0, inside);
}

const codeOf = (error: GraphQLFormattedError): FaultCode => error.extensions?.['code'] as FaultCode;
const statusOf = (error: GraphQLFormattedError): number => FAULTS[codeOf(error)].status;

function headersFor(code: FaultCode, retryAfterMs: unknown): Record<string, string> {
  switch (code) {
    case 'UNAUTHENTICATED':
      return { 'www-authenticate': 'Bearer' };
    case 'UNAVAILABLE':
    case 'RATE_LIMITED':
      return {
        'retry-after': String(typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1_000) : 1),
      };
    case 'METHOD_NOT_ALLOWED':
      return { allow: 'GET, POST, OPTIONS' };
    default:
      return {};
  }
}

const write = (
  status: number,
  body: object,
  context: AnswerContext,
  headers?: Record<string, string>,
): HttpReply => reply(status, JSON.stringify(body), context, headers);

const reply = (
  status: number,
  body: string,
  { contentType }: AnswerContext,
  headers: Record<string, string> = {},
): HttpReply => ({ status, headers: { 'content-type': contentType, ...headers }, body });

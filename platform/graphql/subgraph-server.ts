import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { Fault } from '../errors.ts';
import { identify } from '../identity/identify.ts';
import type { IdentityVerifier } from '../identity/identity-verifier.ts';
import type { AccessTokens } from '../identity/tokens/access-tokens.ts';
import { startHttpServer, type RunningHttpServer } from '../http/server.ts';
import type { Handler, HttpReply, HttpRequest } from '../http/types.ts';
import type { ReadinessChecks } from '../http/readiness.ts';
import type { Logger } from '../logger.ts';
import { metricsPage } from '../observability/metrics.ts';
import { countMutationOutcomes } from '../observability/mutation-outcomes.ts';
import { TRACEPARENT_HEADER } from '../observability/traceparent.ts';
import { openOperationExecutor } from './execute-operation.ts';
import { batchHeader, misdirected } from './misdirected.ts';
import { applyPermissions, type Permissions } from './permissions.ts';
import { checkRepresentations } from './entity-representations.ts';
import { isBatch, receiveBatch } from './receive-batch.ts';
import type { ExecuteOperation, OperationBody } from './received-operation.ts';
import { closeServiceField } from './service-field.ts';
import type { ContextMaker, SubgraphContext } from './subgraph-context.ts';

type SubgraphResolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']
>;

export interface SubgraphOptions<Context extends SubgraphContext> {
  /** The file of the schema, as in `schema/`. */
  readonly schemaFile: URL;
  readonly resolvers: object;
  readonly permissions: Permissions;
  readonly context: ContextMaker<Context>;
  /** Which signed identities are accepted. */
  readonly verifier: IdentityVerifier;
  /** Null: only signed identities are accepted. Else access tokens are, too; closed with the server. */
  readonly tokens?: AccessTokens | null;
  readonly host: string;
  readonly port: number;
  /** Paths beside `/graphql` and the health checks. */
  readonly routes?: Readonly<Record<string, Handler>>;
  readonly readiness: ReadinessChecks;
  readonly logger: Logger;
}

const MAX_BODY_BYTES = 1_048_576;

/** Of several operations in one request, which a process of this system sends where access tokens do not count. */
const BATCH_LIMITS = { operations: 64, bytes: MAX_BODY_BYTES };

/** Lexical tokens of a document. A router may expand every fragment of a document that it accepted; for other clients the limit is lower. */
const MAX_TOKENS = { ofRouter: 50_000, ofClient: 5_000 };

/** A subgraph on HTTP. Unless access tokens count, it accepts only requests with an identity signed by the router. */
export async function startSubgraph<Context extends SubgraphContext>(
  options: SubgraphOptions<Context>,
): Promise<RunningHttpServer> {
  const typeDefs = parse(readFileSync(options.schemaFile, 'utf8'));
  const schema = countMutationOutcomes(
    applyPermissions(
      buildSubgraphSchema({
        typeDefs,
        resolvers: options.resolvers as SubgraphResolvers,
      }),
      options.permissions,
    ),
  );
  if (options.tokens) closeServiceField(schema);
  checkRepresentations(schema, typeDefs);
  const maxTokens = options.tokens ? MAX_TOKENS.ofClient : MAX_TOKENS.ofRouter;
  const { execute, stop } = await openOperationExecutor({ ...options, schema, maxTokens });

  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: MAX_BODY_BYTES,
    readiness: options.readiness,
    logger: options.logger,
    routes: {
      '/graphql': (request) => receiveOperation(execute, options, request),
      '/metrics': metricsPage,
      ...options.routes,
    },
  }).catch((error: unknown) => {
    options.tokens?.close();
    throw error;
  });
  return {
    ...http,
    close: async (timeoutMs) => {
      await http.close(timeoutMs);
      await stop();
      options.tokens?.close();
    },
  };
}

/** @throws {Fault} as `identify`, `readBody` and `accept` do */
async function receiveOperation(
  execute: ExecuteOperation,
  options: Pick<SubgraphOptions<never>, 'verifier' | 'tokens' | 'logger'>,
  request: HttpRequest,
): Promise<HttpReply> {
  if (request.method !== 'POST') throw new Fault('METHOD_NOT_ALLOWED');
  const { verifier, tokens, logger } = options;
  const limits = tokens ? null : BATCH_LIMITS;
  if (limits && isBatch(request)) return receiveBatch({ execute, verifier, limits, logger }, request);
  const identified = await identify(request.headers, verifier, tokens ?? null);
  if (identified === 'misdirected') return misdirected(verifier, limits, request);
  const text = await request.readBody();
  identified.accept(text);
  const { identity, isSigned } = identified;
  const reply = await execute({
    identity,
    isSigned,
    body: parseBody(text),
    traceparent: request.headers[TRACEPARENT_HEADER],
  });
  return verifier.perInstance ? reply : { ...reply, headers: { ...reply.headers, ...batchHeader(limits) } };
}

function parseBody(text: string): OperationBody {
  try {
    const body = JSON.parse(text) as { query?: unknown } | null;
    if (typeof body?.query === 'string') return body as OperationBody;
  } catch {
    // The same answer as for JSON that is no request.
  }
  throw new Fault('BAD_REQUEST', 'The body is not JSON with a `query`.');
}

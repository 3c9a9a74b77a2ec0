import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { openOperationExecutor, type OperationExecutor } from '../../platform/graphql/execute-operation.ts';
import { KnownDocuments } from '../../platform/graphql/known-documents.ts';
import type { OperationBody } from '../../platform/graphql/received-operation.ts';
import { startHttpServer, type RunningHttpServer } from '../../platform/http/server.ts';
import { createLogger } from '../../platform/logger.ts';
import { madeUpResolvers } from '../../router/testing/made-up-shop.ts';
import { schemaFileOf, serveContract, type SubgraphName } from '../../router/testing/subgraphs.ts';

export const SUBGRAPHS = ['user', 'product', 'order'] as const;

const logger = createLogger('test', 'silent');
const IDENTITY = { caller: null, requestId: 'prepared', remainingMs: null };

/** Of a thousand fields so many fail. */
const FAILING = 60;
const FAILURES: readonly (() => Error)[] = [
  () => new Fault('FORBIDDEN'),
  () => new Fault('UNAVAILABLE', undefined, { retryAfterMs: 250 }),
  () => new Fault('BAD_REQUEST', 'Not like this.'),
  () => new Error('A resolver failed.'),
];

/** Values of a subgraph that follow from the place in the data alone. @param round 0: nothing fails; else other fields fail in each */
export const preparedResolvers = (name: SubgraphName, round: number): object =>
  madeUpResolvers(name, (place) => {
    const number = createHash('sha256').update(`${round} ${place}`).digest().readUInt32BE();
    if (round > 0 && number % 1_000 < FAILING) throw FAILURES[number % FAILURES.length]!();
  });

/** Of this checkout: documents that are known are executed by their compiled form, and several operations may come in one request. */
export const startPrepared = (name: SubgraphName, round: number): Promise<RunningHttpServer> =>
  serveContract(name, preparedResolvers(name, round));

/** Apollo Server alone, one operation in each request. */
export async function startPreparedByApollo(name: SubgraphName, round: number): Promise<RunningHttpServer> {
  const { execute, stop } = await openApollo(name, round);
  const http = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_048_576,
    readiness: {},
    logger,
    routes: {
      '/graphql': async (request) => execute(received(JSON.parse(await request.readBody()) as OperationBody)),
    },
  });
  return {
    ...http,
    close: async (timeoutMs) => {
      await http.close(timeoutMs);
      await stop();
    },
  };
}

class NoneKnown extends KnownDocuments {
  override find(): null {
    return null;
  }
}

/** The execution of a prepared subgraph by Apollo Server. */
export const openApollo = (name: SubgraphName, round: number): Promise<OperationExecutor> =>
  openExecutor(name, round, (schema) => new NoneKnown(schema));

/** The execution of a prepared subgraph as subgraphs have it. */
export const openCompiled = (name: SubgraphName, round: number): Promise<OperationExecutor> =>
  openExecutor(name, round, (schema) => new KnownDocuments(schema));

function openExecutor(
  name: SubgraphName,
  round: number,
  knownOf: (schema: GraphQLSchema) => KnownDocuments,
): Promise<OperationExecutor> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(readFileSync(schemaFileOf(name), 'utf8')),
    resolvers: preparedResolvers(name, round) as NonNullable<
      Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']
    >,
  });
  const options = { schema, maxTokens: 50_000, context: <Base>(base: Base) => base, logger };
  return openOperationExecutor(options, knownOf(schema));
}

/** An operation as a router sends it. */
export const received = (body: OperationBody) => ({
  identity: IDENTITY,
  isSigned: true,
  body,
  traceparent: undefined,
});

import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@apollo/composition';
import { graphql, parse } from 'graphql';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { json, startHttpServer, type RunningHttpServer } from '../../platform/http/server.ts';
import { createLogger } from '../../platform/logger.ts';

/** A subgraph that has nothing of the shop: no signed identity, no `/health/ready` of ours, its own names. */
export interface GraphPart {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: Resolvers;
}

type Resolvers = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers'];

export interface RunningGraph {
  /** The composed supergraph in a file. */
  readonly file: string;
  readonly supergraph: string;
  /** By subgraph, the headers of each request that it got. */
  readonly received: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly urls: Readonly<Record<string, string>>;
}

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@requires", "@external", "@inaccessible", "@interfaceObject", "@authenticated"
])`;

/** Starts the subgraphs and composes them; all of it is gone when the test is done. */
export async function graphForThisTest(...parts: readonly GraphPart[]): Promise<RunningGraph> {
  const received: Record<string, Readonly<Record<string, unknown>>[]> = {};
  const servers = await Promise.all(parts.map((part) => serve(part, (received[part.name] = []))));
  const urls = Object.fromEntries(parts.map(({ name }, index) => [name, `${servers[index]!.url}/graphql`]));
  const supergraph = compose(parts, urls);
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-graph-'));
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.close(100)));
    await rm(folder, { recursive: true });
  });
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, supergraph);
  return { file, supergraph, received, urls };
}

/** @param urls by name; a subgraph that has none is composed with an empty one */
export function compose(parts: readonly GraphPart[], urls: Readonly<Record<string, string>>): string {
  const composed = composeServices(
    parts.map((part) => ({ name: part.name, url: urls[part.name] ?? '', typeDefs: parse(typeDefsOf(part)) })),
  );
  if (composed.supergraphSdl === undefined)
    throw new Error(composed.errors?.map(({ message }) => message).join('\n'));
  return composed.supergraphSdl;
}

export const typeDefsOf = ({ typeDefs }: GraphPart): string => `${FEDERATION}\n${typeDefs}`;

function serve(part: GraphPart, received: Readonly<Record<string, unknown>>[]): Promise<RunningHttpServer> {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefsOf(part)), resolvers: part.resolvers! });
  return startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_000_000,
    readiness: {},
    logger: createLogger('test', 'silent'),
    routes: {
      '/health/ready': () => ({ status: 404 }),
      '/graphql': async (request) => {
        received.push(request.headers);
        const { query, variables } = JSON.parse(await request.readBody()) as {
          query: string;
          variables?: Record<string, unknown>;
        };
        return json(200, await graphql({ schema, source: query, variableValues: variables ?? {} }));
      },
    },
  });
}

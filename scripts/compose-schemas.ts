import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { GraphQLError, parse, printSchema, Source } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const COMPOSITION_INPUT = 'supergraph.yaml';

/** The part of rover's format that is used here. */
const inputFormat = z.object({
  subgraphs: z.record(
    z.string(),
    z.object({ routing_url: z.string(), schema: z.object({ file: z.string() }) }),
  ),
});

export type Composed =
  | {
      readonly ok: true;
      /** What the router runs. */
      readonly supergraph: string;
      /** What clients see. */
      readonly api: string;
    }
  /** What is wrong, a line for each. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Composes the subgraph schemas that supergraph.yaml names, as they are in the working folder. */
export function composeSchemas(): Composed {
  const { subgraphs } = inputFormat.parse(parseYaml(readFileSync(COMPOSITION_INPUT, 'utf8')));
  const services: Parameters<typeof composeServices>[0] = [];
  const syntaxErrors: GraphQLError[] = [];
  for (const [name, { routing_url: url, schema }] of Object.entries(subgraphs)) {
    const file = join(dirname(COMPOSITION_INPUT), schema.file);
    try {
      services.push({ name, url, typeDefs: parse(new Source(readFileSync(file, 'utf8'), file)) });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      syntaxErrors.push(error);
    }
  }
  if (syntaxErrors.length > 0) return { ok: false, problems: syntaxErrors.map(sentence) };
  const result = composeServices(services);
  if (result.errors) return { ok: false, problems: result.errors.map(sentence) };
  return {
    ok: true,
    supergraph: result.supergraphSdl,
    api: printSchema(result.schema.toAPISchema().toGraphQLJSSchema()),
  };
}

function sentence(error: GraphQLError): string {
  const code = typeof error.extensions['code'] === 'string' ? `${error.extensions['code']}: ` : '';
  const place =
    error.source && error.locations?.[0] ? `${error.source.name}:${error.locations[0].line}: ` : '';
  return `${place}${code}${error.message}`;
}

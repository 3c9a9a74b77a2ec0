import { readFile } from 'node:fs/promises';
import { parse, type DocumentNode } from 'graphql';
import { ConfigurationError } from '../platform/config/environment.ts';
import { readAccessRules, type AccessRules } from './operation/access-rules.ts';
import { readCostWeights, type CostWeights } from './operation/cost-weights.ts';
import { supergraphForGateway } from './operation/gateway-supergraph.ts';

/** The composed schema, split into what the gateway needs to plan and the rules that are kept here. */
export interface Supergraph {
  readonly forGateway: string;
  readonly access: AccessRules;
  readonly costs: CostWeights;
}

/**
 * @param text the whole file
 * @param canVerify whether there are keys to check tokens by
 * @throws {ConfigurationError} when it is not GraphQL, or has rules that could never let anybody in
 */
export function readSupergraph(text: string, canVerify: boolean): Supergraph {
  const document = parseSupergraph(text);
  const access = readAccessRules(document);
  if (access.size > 0 && !canVerify) {
    throw new ConfigurationError(
      'JWKS_URL is off, but the supergraph has @authenticated or @requiresScopes: there must be keys to check access tokens by.',
    );
  }
  return { forGateway: supergraphForGateway(document), access, costs: readCostWeights(document) };
}

/** @throws {ConfigurationError} when the file cannot be read */
export async function readSupergraphFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(error);
  }
}

function parseSupergraph(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): ConfigurationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigurationError(`SUPERGRAPH_FILE cannot be used: ${reason}`);
}

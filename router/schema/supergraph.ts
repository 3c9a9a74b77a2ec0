import { readFile } from 'node:fs/promises';
import { GraphQLError, parse, type DocumentNode } from 'graphql';
import { ConfigurationError } from '../../platform/config/environment.ts';
import { loggedError } from '../../platform/logged-error.ts';
import { readAccessRules, type AccessRules } from '../operation/access-rules.ts';
import { readAddedFields } from '../operation/added-fields.ts';
import { readCostWeights, type CostWeights } from '../operation/cost-weights.ts';
import { supergraphForGateway } from '../operation/gateway-supergraph.ts';
import { readTypesWithHiddenValues, type TypesWithHiddenValues } from '../operation/hidden-values.ts';
import { readRequirements, type Requirements } from '../operation/requirements.ts';
import { withoutQuotes } from '../operation/syntax-error.ts';
import { declaredSubgraphs, type DeclaredSubgraph } from '../subgraph/declared-subgraphs.ts';

/** The composed schema, split into what the gateway needs to plan and the rules that are kept here. */
export interface Supergraph {
  readonly subgraphs: readonly DeclaredSubgraph[];
  readonly forGateway: string;
  readonly access: AccessRules;
  readonly costs: CostWeights;
  /** Names of fields that the planner adds to what clients select. */
  readonly addedFields: ReadonlySet<string>;
  readonly hidden: TypesWithHiddenValues;
  readonly requirements: Requirements;
}

/**
 * @param text the whole file
 * @param canVerify whether there are keys to check tokens by
 * @throws {ConfigurationError} when it is not GraphQL, or has access rules although no token can be verified
 */
export function readSupergraph(text: string, canVerify: boolean): Supergraph {
  const document = parseSupergraph(text);
  const access = readAccessRules(document);
  if (access.size > 0 && !canVerify) {
    throw new ConfigurationError(
      'JWKS_URL is off, but the supergraph has @authenticated or @requiresScopes: there must be keys to check access tokens by.',
    );
  }
  return {
    subgraphs: declaredSubgraphs(document),
    forGateway: supergraphForGateway(document),
    access,
    costs: readCostWeights(document),
    addedFields: addedFieldsOf(document),
    hidden: readTypesWithHiddenValues(document),
    requirements: readRequirements(document),
  };
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

function addedFieldsOf(document: DocumentNode): ReadonlySet<string> {
  try {
    return readAddedFields(document);
  } catch {
    throw new ConfigurationError(
      'SUPERGRAPH_FILE cannot be used: a `key` or `requires` in it is no set of fields.',
    );
  }
}

/** Nothing of the file is quoted: the setting may name another file by mistake, such as one with secrets. */
function unusable(error: unknown): ConfigurationError {
  const reason = error instanceof GraphQLError ? syntaxErrorIn(error) : loggedError(error).message;
  return new ConfigurationError(`SUPERGRAPH_FILE cannot be used: ${reason}`);
}

function syntaxErrorIn(error: GraphQLError): string {
  const { message, locations } = withoutQuotes(error);
  return `${message} It is in line ${locations?.[0]?.line ?? 1}.`;
}

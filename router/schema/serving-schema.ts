import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../../platform/logger.ts';
import type { RouterConfig } from '../config.ts';
import { loadGateway, type Gateway } from './gateway.ts';
import type { ArgumentChecks } from '../operation/argument-checks.ts';
import { withIntrospection } from '../operation/introspection-sizes.ts';
import { createOperationStore, type OperationStore } from '../operation/operation-store.ts';
import type { SelectedOperation } from '../operation/selected-operation.ts';
import type { OpenSubgraphs, Subgraphs } from '../subgraph/open-subgraphs.ts';
import { readSupergraph, type Supergraph } from './supergraph.ts';
import { assertPlans } from './plan-probe.ts';

/** All that depends on one supergraph: its planner, its rules, and what was worked out of documents by them. */
export interface ServingSchema {
  readonly gateway: Gateway;
  readonly operations: OperationStore;
  /** Call when the last request that it serves is done. */
  close(): Promise<void>;
}

/** Rules of the graph that is served, beside those that hold for any graph. */
export interface GraphRules {
  /** @returns values of arguments that subgraphs refuse; undefined: none is known of this schema */
  argumentChecks(schema: GraphQLSchema): ArgumentChecks | undefined;
  /** @throws {Fault} for an operation that is not allowed */
  assertAllowed(selected: SelectedOperation): void;
}

const MIB = 1_048_576;

/** @throws when the supergraph is not one to serve with: then nothing of it stays open */
export async function loadServingSchema(
  text: string,
  config: RouterConfig,
  rules: GraphRules,
  subgraphs: Pick<Subgraphs, 'open'>,
  logger: Logger,
): Promise<ServingSchema> {
  const supergraph = readSupergraph(text, config.JWKS_URL !== 'off');
  const opened = subgraphs.open(supergraph.subgraphs);
  const gateway = await loadPlanning(supergraph, opened, logger).catch(async (error: unknown) => {
    await opened.release();
    throw error;
  });
  const operations = createOperationStore(
    {
      schema: gateway.schema,
      maxTokens: config.OPERATION_MAX_TOKENS,
      introspection: config.INTROSPECTION,
      suggestions: config.SUGGESTIONS,
      limits: {
        depth: config.OPERATION_MAX_DEPTH,
        aliases: config.OPERATION_MAX_ALIASES,
        directives: config.OPERATION_MAX_DIRECTIVES,
        fields: config.OPERATION_MAX_FIELDS,
      },
      maxRecursion: config.OPERATION_MAX_RECURSION,
      assertAllowed: (selected) => rules.assertAllowed(selected),
      requirements: supergraph.requirements,
      access: supergraph.access,
      argumentChecks: rules.argumentChecks(gateway.schema),
      costs: withIntrospection(supergraph.costs, gateway.schema),
      addedFields: supergraph.addedFields,
    },
    config.OPERATION_CACHE_MIB * MIB,
  );
  return {
    gateway,
    operations,
    close: async () => {
      await gateway.stop();
      await opened.release();
    },
  };
}

async function loadPlanning(
  { forGateway, hidden }: Supergraph,
  opened: OpenSubgraphs,
  logger: Logger,
): Promise<Gateway> {
  const gateway = await loadGateway(forGateway, (name) => opened.source(name), logger, hidden);
  try {
    await assertPlans(gateway, logger);
    return gateway;
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

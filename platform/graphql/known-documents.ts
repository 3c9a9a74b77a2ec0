import type { ApolloServerPlugin } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import {
  execute,
  getOperationAST,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isRecord } from '../is-record.ts';
import { cacheControlOf, constantCacheControl, VARIES } from './cache-policy.ts';
import { CompiledOperation } from './compiled/compiled-operation.ts';
import type { AgedResult } from './compiled/run.ts';
import type { OperationBody } from './received-operation.ts';

/** An operation that can be executed without Apollo Server. */
export interface KnownOperation {
  readonly operation: OperationDefinitionNode;
  /** @returns as `execute` of graphql-js: without `data` where the variables do not fit, and then no resolver was called */
  readonly execute: (
    variables: Readonly<Record<string, unknown>>,
    context: unknown,
  ) => ExecutionResult | Promise<ExecutionResult>;
  /** @returns the header of an answer without errors; null: it has none */
  readonly cacheControl: (result: ExecutionResult) => string | null;
}

/**
 * The documents that Apollo Server has parsed and found valid, as a gateway sends the same few all the time. Any client may send documents
 * where access tokens count, so what is kept is bounded; a syntax tree takes up to a hundred times the memory of its text.
 */
export class KnownDocuments {
  readonly #schema: GraphQLSchema;
  readonly #documents = new LRUCache<string, { readonly document: DocumentNode; readonly byName: ByName }>({
    max: 1_000,
    maxSize: 300_000,
    sizeCalculation: (_, text) => text.length,
  });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Learns each document once Apollo Server has validated it. */
  readonly plugin: ApolloServerPlugin = {
    requestDidStart: async () => ({
      didResolveOperation: async ({ source, document }) => {
        if (!this.#documents.has(source)) this.#documents.set(source, { document, byName: new Map() });
      },
    }),
  };

  /** @returns null for what is left to Apollo Server: the first use of a document, and whatever it may refuse */
  find({ query, operationName, variables, extensions }: OperationBody): KnownOperation | null {
    const known = this.#documents.get(query);
    if (!known || !isObjectIfGiven(variables) || !isObjectIfGiven(extensions)) return null;
    if (isRecord(extensions) && extensions['persistedQuery']) return null;
    if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
      return null;
    const name = operationName ?? null;
    const found = known.byName.get(name);
    if (found !== undefined) return found;
    const operation = getOperationAST(known.document, name);
    // Names of operations that there are not would fill the memory.
    if (!operation) return null;
    const made = this.#prepare(known.document, operation, name);
    known.byName.set(name, made);
    return made;
  }

  #prepare(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    operationName: string | null,
  ): KnownOperation | null {
    const schema = this.#schema;
    const cacheControl = constantCacheControl(schema, document, operation);
    const varies = cacheControl === VARIES;
    const compiled = CompiledOperation.compile(schema, document, operation, varies);
    if (varies && !compiled) return null;
    return {
      operation,
      cacheControl: varies ? ({ age }: AgedResult) => cacheControlOf(age) : () => cacheControl,
      execute: (variableValues, contextValue) =>
        compiled
          ? compiled.execute(variableValues, contextValue)
          : execute({ schema, document, operationName, variableValues, contextValue }),
    };
  }
}

/** By the name that a request gives; null: it gives none. */
type ByName = Map<string | null, KnownOperation | null>;

const isObjectIfGiven = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));

import { GraphQLError } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { isRecord } from '../../platform/is-record.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { subgraphDocument, type SubgraphAnswer, type SubgraphSource } from '../subgraph/subgraph-source.ts';
import {
  errorsOfEntities,
  errorsOfEntityFields,
  errorsOfFields,
  errorsOfRoot,
  type SentEntities,
} from './fetch-errors.ts';
import { fieldsReadBy, type FieldsRead } from './fields-read.ts';
import type { Fields } from './fields.ts';
import { mergeInto } from './merge.ts';
import type { FetchNode } from './plan.ts';
import { compileRepresentation, type Represent } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import type { Cursor, Run, Step } from './run.ts';
import { isOfType, type Subtypes } from './subtypes.ts';

/** What plans of one supergraph are compiled with. */
export interface PlanParts {
  readonly subtypes: Subtypes;
  /** @throws where there is no such subgraph */
  readonly source: (subgraph: string) => Pick<SubgraphSource, 'send'>;
}

/** A request to a subgraph: for root fields, or for entities that others have answered. */
export function compileFetch(node: FetchNode, { subtypes, source: sourceOf }: PlanParts): Step {
  const source = sourceOf(node.serviceName);
  const document = subgraphDocument(node.operation, node.operationName);
  const names = node.variableUsages ?? [];
  const represent = node.requires && compileRepresentation(node.requires, subtypes);
  const rewriteInput = compileRewrites(node.inputRewrites, subtypes);
  const rewriteOutput = compileRewrites(node.outputRewrites, subtypes);
  let known: FieldsRead | null = null;
  const fieldsRead = () => (known ??= fieldsReadBy(node.operation));

  async function fetchRoot(run: Run, at: Cursor | null): Promise<void> {
    run.isSent = true;
    const path = at?.path ?? [];
    const answer = await source.send(document, variablesOf(run, names), null, run.context);
    if (answer instanceof Fault) return add(run, errorsOfRoot(answer, fieldsRead(), path));
    if (answer.errors.length > 0) add(run, errorsOfFields(answer.errors, path));
    const { data } = answer;
    if (!isRecord(data)) return;
    rewriteOutput?.(data);
    if (at) for (const entity of at.entities) mergeInto(entity, data);
    else takeRoot(run, data, rewriteOutput ? null : answer.body);
  }

  async function fetchEntities(run: Run, at: Cursor | null, representing: Represent): Promise<void> {
    const sent = representAll(at?.entities ?? (run.data ? [run.data] : []), representing, rewriteInput);
    if (sent.objects.length === 0) return;
    run.isSent = true;
    const path = at?.path ?? [];
    const variables = { ...variablesOf(run, names), representations: sent.representations };
    const answer = await source.send(document, variables, sent.objects.length, run.context);
    if (answer instanceof Fault)
      return add(run, errorsOfEntities(answer, fieldsRead(), run.data, path, sent));
    if (answer.errors.length > 0) add(run, errorsOfEntityFields(answer.errors, run.data, path, sent));
    run.body = null;
    takeEntities(answer, sent, rewriteOutput, subtypes);
  }

  return async (run, at) => {
    if (at?.entities.length === 0) return;
    try {
      await (represent ? fetchEntities(run, at, represent) : fetchRoot(run, at));
    } catch (error) {
      const originalError = error instanceof Error ? error : null;
      run.errors.push(new GraphQLError('An answer of a subgraph could not be used.', { originalError }));
    }
  };
}

const add = (run: Run, errors: Run['errors'] | readonly Run['errors'][number][]): void => {
  for (const error of errors) run.errors.push(error);
};

function variablesOf({ variables }: Run, names: readonly string[]): Variables {
  const used: Record<string, unknown> = {};
  for (const name of names) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) used[name] = variables[name];
  }
  return used;
}

function takeRoot(run: Run, data: Fields, body: string | null): void {
  if (run.data) {
    mergeInto(run.data, data);
    run.body = null;
  } else {
    run.data = data;
    run.body = body;
  }
}

function representAll(
  entities: readonly Fields[],
  represent: Represent,
  rewrite: ((value: unknown) => void) | null,
): SentEntities {
  const objects: Fields[] = [];
  const representations: Fields[] = [];
  for (const entity of entities) {
    const representation = represent(entity);
    if (!representation?.['__typename']) continue;
    rewrite?.(representation);
    objects.push(entity);
    representations.push(representation);
  }
  return { objects, representations };
}

function takeEntities(
  { data }: SubgraphAnswer,
  { objects }: SentEntities,
  rewrite: ((value: unknown) => void) | null,
  subtypes: Subtypes,
): void {
  const entities = data?.['_entities'];
  if (!Array.isArray(entities)) return;
  for (const [index, object] of objects.entries()) {
    const entity: unknown = entities[index];
    if (!isRecord(entity)) continue;
    // It is what was requested, also where the subgraph does not say so; rewrites go by it.
    if (!entity['__typename']) entity['__typename'] = object['__typename'];
    rewrite?.(entity);
    keepType(object, entity, subtypes);
    mergeInto(object, entity);
  }
}

/** A subgraph that has the interface as an object (`@interfaceObject`) calls each entity by the name of the interface. */
function keepType(object: Fields, entity: Fields, subtypes: Subtypes): void {
  const known = object['__typename'];
  const given = entity['__typename'];
  if (known !== given && typeof given === 'string' && isOfType(subtypes, known, given))
    entity['__typename'] = known;
}

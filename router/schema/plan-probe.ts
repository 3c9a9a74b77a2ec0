import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  OperationTypeNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { createLogger, type Logger } from '../../platform/logger.ts';
import type { Gateway } from './gateway.ts';
import { ownOperation, type PlannedOperation } from '../operation/planned-operation.ts';

/** Its time is up before it begins, so that what was planned is never sent. */
const NEVER_SENT = {
  identity: { caller: null, requestId: 'plan-probe', remainingMs: 1 },
  clientKey: 'plan-probe',
  deadline: 0,
  logger: createLogger('plan-probe', 'silent'),
} as const;

/**
 * Plans every root field with what it gives at once and one object further: a supergraph may be sound as a schema and name
 * no subgraph that answers a field. Where not all of that can be planned, the field is sound as long as a part of it can. A field of which
 * nothing can be planned does not keep the others from being served: it is named in the log, and operations that select it are refused.
 *
 * @throws an error in a sentence when no field can be planned
 */
export async function assertPlans(gateway: Gateway, logger: Logger): Promise<void> {
  const { schema } = gateway;
  const failures = new Map<string, Failure>();
  let fields = 0;
  for (const kind of [OperationTypeNode.QUERY, OperationTypeNode.MUTATION]) {
    const root = schema.getRootType(kind);
    if (!root) continue;
    for (const field of Object.values(root.getFields())) {
      // Requests that are under way meanwhile get their turn.
      await nextTurn();
      fields += 1;
      const name = `${root.name}.${field.name}`;
      const failure = await failureOfAll(gateway, kind, field, name);
      if (failure) failures.set(name, failure);
    }
  }
  const [first] = failures;
  if (first && failures.size === fields)
    throw new Error(`No field of the supergraph can be planned; ${first[0]}: ${first[1].message}`, { cause: first[1] });
  for (const [field, failure] of failures)
    logger.warn({ field, reason: failure.message }, 'a field of the supergraph cannot be planned, the others are served');
}

/** Why a field cannot be planned. */
interface Failure {
  readonly message: string;
}

/** @returns why the first of the probes cannot be planned, where none of them can */
async function failureOfAll(
  gateway: Gateway,
  kind: OperationTypeNode,
  field: Field,
  name: string,
): Promise<Failure | undefined> {
  let first: Failure | undefined;
  for (const selection of selectionsOf(getNamedType(field.type))) {
    const failure = await failureOf(gateway, probeOf(kind, field, selection, name));
    if (!failure) return undefined;
    first ??= failure;
  }
  return first;
}

async function failureOf(gateway: Gateway, probe: PlannedOperation): Promise<Failure | undefined> {
  try {
    const { errors } = await gateway.execute(probe, {}, { ...NEVER_SENT });
    return errors?.find(({ extensions }) => extensions['code'] !== 'TIMEOUT');
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    return cause instanceof Error ? cause : error instanceof Error ? error : new Error(String(error));
  }
}

type Field = GraphQLField<unknown, unknown>;

function probeOf(kind: OperationTypeNode, field: Field, selection: string, name: string): PlannedOperation {
  const source = `${kind} Probe { ${field.name}${argumentsOf(field)} ${selection} }`;
  return ownOperation(source, `plan-probe ${name} ${selection}`);
}

function argumentsOf({ args }: Field): string {
  const required = args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${valueOf(type)}`);
  return required.length === 0 ? '' : `(${required.join(', ')})`;
}

/** A value of the type, as GraphQL writes it. */
function valueOf(type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return '[]';
  if (isEnumType(nullable)) return nullable.getValues()[0]!.name;
  if (isInputObjectType(nullable)) {
    const required = Object.values(nullable.getFields()).filter(isRequiredInputField);
    return `{ ${required.map((field) => `${field.name}: ${valueOf(field.type)}`).join(', ')} }`;
  }
  return VALUES[getNamedType(nullable).name] ?? '"2026-01-01T00:00:00.000Z"';
}

const VALUES: Readonly<Record<string, string>> = { Int: '1', Float: '1', Boolean: 'true' };

/** All at once, then each part by itself. */
function* selectionsOf(type: GraphQLNamedType): Iterable<string> {
  if (!isCompositeType(type)) {
    yield '';
    return;
  }
  const parts = isUnionType(type) ? [] : fieldsOf(type);
  yield `{ ${['__typename', ...(isObjectType(type) ? parts : [])].join(' ')} }`;
  for (const part of parts) yield `{ ${part} }`;
}

/** What can be had without arguments: leaves, and the leaves of objects. */
function fieldsOf(type: GraphQLObjectType | GraphQLInterfaceType): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return [];
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [field.name];
    if (!isObjectType(inner)) return [];
    const leaves = Object.values(inner.getFields()).filter(
      ({ args, type: leaf }) => isLeafType(getNamedType(leaf)) && !args.some(isRequiredArgument),
    );
    return [`${field.name} { ${['__typename', ...leaves.map(({ name }) => name)].join(' ')} }`];
  });
}

import {
  coerceInputValue,
  getNamedType,
  getNullableType,
  GraphQLError,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { isRecord } from '../../platform/is-record.ts';
import type { Operation } from '../operation/operation.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { InvalidDocument } from '../operation/invalid-document.ts';
import { reasonOf } from '../operation/value-errors.ts';

/** More are of no use to a reader, and cost time. */
const MAX_ERRORS = 5;

/**
 * The same checks as `getVariableValues` of graphql-js, whose messages quote the values: these name the variable, the path, and
 * what is expected there. A path has indexes and fields of the schema only.
 *
 * @throws {InvalidDocument} when a value is missing or of another type than the operation says
 */
export function assertVariables(
  schema: GraphQLSchema,
  { definition, conditions }: Pick<Operation, 'definition'> & Partial<Pick<Operation, 'conditions'>>,
  variables: Variables,
): void {
  const { variableDefinitions } = definition;
  if (!variableDefinitions || variableDefinitions.length === 0) return;
  // By message: what is wrong twice with one object is said once.
  let problems: Map<string, GraphQLError> | null = null;
  for (const node of variableDefinitions) {
    const type = typeFromAST(schema, node.type);
    if (!isInputType(type)) continue;
    const name = node.variable.name.value;
    const report = (message: string) => {
      problems ??= new Map();
      problems.set(message, new GraphQLError(message, { nodes: node }));
      if (problems.size === MAX_ERRORS) throw new InvalidDocument([...problems.values()]);
    };
    if (conditions?.has(name) && variables[name] === null)
      report(`Variable "$${name}" is the condition of a directive and must not be null.`);
    else if (Object.hasOwn(variables, name)) checkValue(name, type, variables[name], report);
    else if (isNonNullType(type) && !node.defaultValue)
      report(`Variable "$${name}" of required type "${String(type)}" was not provided.`);
  }
  if (problems) throw new InvalidDocument([...(problems as Map<string, GraphQLError>).values()]);
}

function checkValue(
  name: string,
  type: GraphQLInputType,
  value: unknown,
  report: (message: string) => void,
): void {
  if (value === null && isNonNullType(type))
    return report(`Variable "$${name}" of non-null type "${String(type)}" must not be null.`);
  coerceInputValue(value, type, (path, given, error) => {
    const place = path.length === 0 ? '' : ` at "${printed(name, path)}"`;
    const fields = isRecord(given) ? Object.keys(given) : null;
    const reason = reasonOf(error, typeAt(type, path), fields);
    report(`Variable "$${name}" does not fit${place}: ${reason}${reason.endsWith('.') ? '' : '.'}`);
  });
}

type Path = readonly (string | number)[];

const printed = (name: string, path: Path): string =>
  `${name}${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`;

/** A path leads through fields of input types and elements of lists. A value that stands for a list of one has no index. */
function typeAt(type: GraphQLInputType, path: Path): GraphQLInputType {
  const [step, ...rest] = path;
  if (step === undefined) return type;
  const inner: GraphQLInputType = getNullableType(type);
  if (typeof step === 'number' && isListType(inner)) return typeAt(inner.ofType, rest);
  const object = getNamedType(inner);
  const field = isInputObjectType(object) ? object.getFields()[step] : undefined;
  return field ? typeAt(field.type, rest) : type;
}

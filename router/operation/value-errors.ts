import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isInputObjectType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  ValuesOfCorrectTypeRule,
  type ASTNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { InputError } from '../../platform/graphql/input-error.ts';

/**
 * What errors about values say. graphql-js quotes the value that does not fit, which may be a password, and clients keep error
 * messages in logs: so a message here is built of the expected type and the names of the schema only, never of what was sent.
 */
function expectationOf(type: GraphQLInputType, givenFields: readonly string[] | null): string {
  const inner = getNullableType(type);
  if (givenFields && isInputObjectType(inner)) return fieldsExpectation(inner, givenFields);
  return `expected a value of type "${String(type)}"`;
}

function fieldsExpectation(type: GraphQLInputObjectType, given: readonly string[]): string {
  const fields = type.getFields();
  const missing = Object.values(fields).filter(
    (field) => isRequiredInputField(field) && !given.includes(field.name),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `"${name}"`).join(', ');
    return `a value of type "${type.name}" lacks ${names}`;
  }
  if (given.some((name) => !Object.hasOwn(fields, name)))
    return `a value of type "${type.name}" has a field that the type does not have`;
  return `a value of type "${type.name}" must have exactly one field, which is not null`;
}

/** @returns the reason that the scalar itself gives, or what was expected */
export const reasonOf = (
  error: unknown,
  type: GraphQLInputType,
  givenFields: readonly string[] | null,
): string => {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return original instanceof InputError ? original.message : expectationOf(type, givenFields);
};

/** As `ValuesOfCorrectTypeRule` of graphql-js; its messages do not repeat the literals. */
export const ValuesWithoutQuotesRule: ValidationRule = (context) => {
  // What a scalar throws has no place in the document: it is that of the value under validation.
  let current: ASTNode | undefined;
  const quiet = Object.create(context, {
    reportError: {
      value: (error: GraphQLError) => {
        const node = error.nodes?.[0] ?? current;
        const message = asSentence(reasonIn(context, node, error));
        context.reportError(new GraphQLError(message, node ? { nodes: node } : {}));
      },
    },
  }) as ValidationContext;
  const visitor = ValuesOfCorrectTypeRule(quiet) as Record<string, (node: ASTNode) => unknown>;
  return Object.fromEntries(
    Object.entries(visitor).map(([kind, visit]) => [
      kind,
      (node: ASTNode) => {
        current = node;
        return visit(node);
      },
    ]),
  );
};

function reasonIn(context: ValidationContext, node: ASTNode | undefined, error: GraphQLError): string {
  const parent = context.getParentInputType();
  if (node?.kind === Kind.OBJECT_FIELD && parent) {
    const type = getNamedType(parent);
    return `a value of type "${type.name}" has a field that the type does not have`;
  }
  const type = context.getInputType();
  if (!type) return 'a value does not fit its type';
  if (node?.kind === Kind.OBJECT)
    return reasonOf(
      error,
      isNonNullType(type) ? type.ofType : type,
      node.fields.map(({ name }) => name.value),
    );
  return reasonOf(error, type, null);
}

const asSentence = (reason: string): string =>
  `${reason[0]!.toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;

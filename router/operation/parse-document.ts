import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';
import { InvalidDocument } from './invalid-document.ts';
import { NoReservedAliasRule } from './reserved-alias.ts';
import { withoutQuotes } from './syntax-error.ts';
import { ValuesWithoutQuotesRule } from './value-errors.ts';

export interface DocumentRules {
  readonly schema: GraphQLSchema;
  /** Lexical tokens in a document; bounds the work of everything after it. */
  readonly maxTokens: number;
  readonly introspection: boolean;
  /** Whether an error may name what the schema has instead. */
  readonly suggestions: boolean;
}

/** `overlappingFields` checks the rule that is left out, after the fragments were expanded. */
const RULES = [
  ...specifiedRules
    .filter((rule) => rule !== OverlappingFieldsCanBeMergedRule)
    .map((rule) => (rule === ValuesOfCorrectTypeRule ? ValuesWithoutQuotesRule : rule)),
  NoReservedAliasRule,
];

/** More are of no use to a reader, and cost time. */
const MAX_ERRORS = 5;

/**
 * @param onParsed called with the number of tokens before the document is validated, which takes time by them
 * @throws {InvalidDocument} when it is not GraphQL, or not for this schema
 * @throws {Fault} OPERATION_TOO_COMPLEX when it has too many tokens; and what `onParsed` throws
 */
export function parseDocument(
  source: string,
  rules: DocumentRules,
  onParsed: (tokens: number) => void,
): DocumentNode {
  // Places in the source are for error messages only; what is kept is parsed without them and takes half the memory.
  const located = parseWithin(source, rules.maxTokens, false);
  onParsed(located.tokenCount ?? rules.maxTokens);
  const errors = validate(
    rules.schema,
    located,
    rules.introspection ? RULES : [...RULES, NoSchemaIntrospectionCustomRule],
    { maxErrors: MAX_ERRORS, hideSuggestions: !rules.suggestions },
  );
  if (errors.length > 0) throw new InvalidDocument(errors);
  return parseWithin(source, rules.maxTokens, true);
}

function parseWithin(source: string, maxTokens: number, noLocation: boolean): DocumentNode {
  try {
    return parse(source, { maxTokens, noLocation });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('Parsing aborted')) {
      throw new Fault('OPERATION_TOO_COMPLEX', `The document has more than ${maxTokens} tokens.`);
    }
    throw new InvalidDocument([withoutQuotes(error)]);
  }
}

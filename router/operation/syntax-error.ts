import { GraphQLError } from 'graphql';

const PUNCTUATOR = '"[^"\\w]{1,3}"';
const KIND = 'Name|Int|Float|String|BlockString|Comment';

/** What graphql-js says of a syntax error, up to the token that it quotes. Kinds of tokens and keywords are the language's. */
const EXPECTATION = new RegExp(
  `^Syntax Error: (?:Expected (?:${PUNCTUATOR}|"[a-z]+"|${KIND}|<EOF>), found|Unexpected) (?:${PUNCTUATOR}|<EOF>|${KIND})(?=[ .])`,
);

const CONSTANT = new Set(['Syntax Error: Unterminated string.']);

/**
 * A syntax error at the same place that quotes nothing of the document. A quotation mark inside a password that a client
 * writes into its document ends the string there, and the rest of the password is the next token.
 */
export function withoutQuotes(error: GraphQLError): GraphQLError {
  const { message, source, positions } = error;
  return new GraphQLError(CONSTANT.has(message) ? message : described(message), {
    source: source ?? null,
    positions: positions ?? null,
  });
}

function described(message: string): string {
  const [expectation] = EXPECTATION.exec(message) ?? [];
  return expectation ? `${expectation}.` : 'Syntax Error: the document is not GraphQL from here on.';
}

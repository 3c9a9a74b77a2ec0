const JSON_ANSWER = 'application/json; charset=utf-8';
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8';

/**
 * @returns `application/graphql-response+json` for a client that names it, and JSON for any other, whatever it accepts: an
 * answer that it did not ask for is of more use to it than none
 */
export function answerType(accept: string | undefined): string {
  return accept?.includes('application/graphql-response+json') ? GRAPHQL_ANSWER : JSON_ANSWER;
}

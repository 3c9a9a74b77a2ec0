const JSON_ANSWER = 'application/json; charset=utf-8';
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8';

/** Media types in lower case, as an `Accept` names them. */
const JSON_TYPE = 'application/json';
const JSON_RANGES = [JSON_TYPE, 'application/*', '*/*'];
const GRAPHQL_TYPE = 'application/graphql-response+json';

/**
 * @returns `application/graphql-response+json` for a client that names it and prefers no other type, and JSON for any other, whatever it
 * accepts: an answer of another type is of more use to it than none
 */
export function answerType(accept: string | undefined): string {
  // Most clients name one type, or do not name this one.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_ANSWER;
  const ranges = qualitiesIn(accept);
  const ofGraphql = ranges.get(GRAPHQL_TYPE) ?? 0;
  const json = JSON_RANGES.find((range) => ranges.has(range));
  const ofJson = json === undefined ? 0 : (ranges.get(json) ?? 0);
  return ofGraphql > 0 && ofGraphql >= ofJson ? GRAPHQL_ANSWER : JSON_ANSWER;
}

/**
 * Whether a client names JSON itself, which says that it reads the body and not the status: GraphQL over HTTP advises 200 for a
 * document that is not valid then.
 */
export const namesJson = (accept: string | undefined): boolean =>
  accept !== undefined && (qualitiesIn(accept).get(JSON_TYPE) ?? 0) > 0 && answerType(accept) === JSON_ANSWER;

/** Whether an answer is of a type whose status says whether there is data, as in GraphQL over HTTP. */
export const isGraphqlAnswer = (contentType: string): boolean => contentType === GRAPHQL_ANSWER;

function qualitiesIn(accept: string): ReadonlyMap<string, number> {
  return new Map(
    accept
      .toLowerCase()
      .split(',')
      .map((range) => {
        const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
        const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
        return [type, Number.isFinite(quality) ? quality : 0];
      }),
  );
}

/** Whether a body is JSON in UTF-8: the type in any case, with any parameters. */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === JSON_TYPE) return true;
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (type.trim() !== JSON_TYPE) return false;
  return parameters
    .map((parameter) => parameter.trim())
    .filter(Boolean)
    .every((parameter) => {
      const [name, value] = parameter.split('=', 2);
      return name === 'charset' ? UTF_8.has(value ?? '') : value !== undefined;
    });
}

const UTF_8: ReadonlySet<string> = new Set(['utf-8', '"utf-8"', 'utf8', '"utf8"']);

/** Whether a body comes as it is, not compressed. */
export const isPlain = (contentEncoding: string | undefined): boolean =>
  contentEncoding === undefined || contentEncoding.trim().toLowerCase() === 'identity';

import { expect, it } from 'vitest';
import { answerType, isJsonType, isPlain, namesJson } from './content-type.ts';

const JSON_ANSWER = 'application/json; charset=utf-8';
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8';

it.each([
  [undefined, JSON_ANSWER],
  ['', JSON_ANSWER],
  ['*/*', JSON_ANSWER],
  ['application/json', JSON_ANSWER],
  ['text/html', JSON_ANSWER],
  ['application/graphql-response+json', GRAPHQL_ANSWER],
  ['Application/GraphQL-Response+JSON', GRAPHQL_ANSWER],
  ['application/graphql-response+json; charset=utf-8', GRAPHQL_ANSWER],
  ['application/graphql-response+json, application/json', GRAPHQL_ANSWER],
  ['application/json, application/graphql-response+json', GRAPHQL_ANSWER],
  ['application/graphql-response+json, application/json;q=0.9', GRAPHQL_ANSWER],
  ['application/json;q=0.9,application/graphql-response+json;Q=0.8', JSON_ANSWER],
  ['application/graphql-response+json;q=0.5, */*;q=0.1', GRAPHQL_ANSWER],
  ['application/graphql-response+json;q=0.5, */*', JSON_ANSWER],
  ['application/graphql-response+json;q=0.5, application/*', JSON_ANSWER],
  ['application/graphql-response+json;q=0.5, */*, application/json;q=0.1', GRAPHQL_ANSWER],
  ['application/graphql-response+json;q=0, application/json', JSON_ANSWER],
  ['application/graphql-response+json;q=0', JSON_ANSWER],
  ['application/graphql-response+json;q=nonsense', JSON_ANSWER],
  ['application/x-graphql-response+json', JSON_ANSWER],
])('a client that accepts %j gets %s', (accept, type) => {
  expect(answerType(accept)).toBe(type);
});

it.each([
  ['application/json', true],
  ['application/json;', true],
  ['application/json ; ', true],
  ['Application/JSON', true],
  ['application/json; charset=UTF-8', true],
  ['application/json;charset="utf-8"', true],
  ['application/json; charset=utf-8; profile="x"', true],
  ['application/json; odata=verbose', true],
  ['application/json; charset=utf-16', false],
  ['application/json; charset=', false],
  ['application/json; charset', false],
  ['application/json; nonsense', false],
  ['application/jsonp', false],
  ['application/json, text/plain', false],
  ['text/plain; x=application/json', false],
  ['text/plain', false],
  ['', false],
  [undefined, false],
])('a body of the type %j is JSON: %s', (contentType, isJson) => {
  expect(isJsonType(contentType)).toBe(isJson);
});

it.each([
  [undefined, true],
  ['identity', true],
  ['gzip', false],
  ['br, gzip', false],
  ['', false],
])('a body with the encoding %j is plain: %s', (encoding, expected) => {
  expect(isPlain(encoding)).toBe(expected);
});

it.each([
  [undefined, false],
  ['*/*', false],
  ['application/json', true],
  ['application/json, */*;q=0.1', true],
  ['application/json;q=0, */*', false],
  ['application/graphql-response+json, application/json;q=0.9', false],
])('a client that accepts %j names JSON: %s', (accept, expected) => {
  expect(namesJson(accept)).toBe(expected);
});

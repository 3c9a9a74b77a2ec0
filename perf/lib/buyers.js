import { SharedArray } from 'k6/data';
import { execute } from './graphql.js';
import { tokensFile } from './settings.js';

/** Access tokens, one a user, made by `npm run perf:tokens`. */
export const tokens = new SharedArray(
  'tokens',
  /** @returns {string[]} */ () => {
    try {
      return JSON.parse(open(tokensFile));
    } catch {
      throw new Error('There are no tokens yet: make them with `npm run perf:tokens -- --users 2000`.');
    }
  },
);

/** Throws a sentence when there are too few, or the shop does not take them. For `setup`. */
export async function requireBuyers(users) {
  const make = `\`npm run perf:tokens -- --users ${users}\``;
  if (tokens.length < users)
    throw new Error(`There are ${tokens.length} tokens and ${users} are needed: ${make}.`);
  const { fault } = await execute('query Me { me { id } }', {}, tokens[0]);
  if (fault)
    throw new Error(
      `The tokens were answered with ${fault}: they have expired, or are another shop's. Make new ones with ${make}.`,
    );
}

/** Returns what names the purchases of a run, by their numbers, so that `teardown` knows them: so many users take turns. */
export const purchasesBy = (users) => (run, number) => ({
  token: tokens[number % users],
  key: `perf-${run}-${number}`,
});

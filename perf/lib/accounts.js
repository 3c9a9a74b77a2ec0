import { SharedArray } from 'k6/data';
import { accountsFile } from './settings.js';

/** Real accounts, `{ email, password }`, made by `npm run perf:accounts`. */
export const accounts = new SharedArray(
  'accounts',
  /** @returns {{ email: string, password: string }[]} */ () => {
    try {
      return JSON.parse(open(accountsFile));
    } catch {
      throw new Error('There are no accounts yet: make them with `npm run perf:accounts -- --users 200`.');
    }
  },
);

/** Throws a sentence when there are too few. For `setup`. */
export function requireAccounts(users) {
  if (accounts.length < users)
    throw new Error(
      `There are ${accounts.length} accounts and ${users} are needed: \`npm run perf:accounts -- --users ${users}\`.`,
    );
}

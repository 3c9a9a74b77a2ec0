import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INVARIANTS } from './invariants.ts';
import { MUTANTS } from './mutants.ts';
import { RULES, rulesWithout, type Rule } from './rules.ts';
import { search } from './search.ts';

const MAX_STATES = 100_000;
/** No result depends on it: a busy machine needs longer. */
const TIMEOUT_MS = 600_000;

const rules = Object.keys(RULES) as Rule[];

describe('without a rule of the purchase protocol', () => {
  it.each(rules)('the search finds what breaks: %s', { timeout: TIMEOUT_MS }, (rule) => {
    const { configuration, breaks } = MUTANTS[rule];
    const { violation } = search(configuration, { rules: rulesWithout(rule), maxStates: MAX_STATES });
    expect(violation?.invariant).toBe(breaks);
    expect(violation!.trace.length).toBeGreaterThan(1);
  });

  it.each(rules)('with it, nothing breaks in the same case: %s', { timeout: TIMEOUT_MS }, (rule) => {
    const { violation } = search(MUTANTS[rule].configuration, { maxStates: 10_000 });
    expect(violation).toBeNull();
  });
});

describe('the table in the README', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

  it.each(rules)('has the rule %s, its mutant, and what breaks', (rule) => {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${rule}\``));
    expect(row).toContain(RULES[rule]);
    expect(row).toContain(MUTANTS[rule].breaks);
  });

  it.each(INVARIANTS)('names the invariant: %s', (invariant) => {
    expect(readme).toContain(invariant);
  });
});

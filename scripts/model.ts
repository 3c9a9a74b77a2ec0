/**
 * `npm run model -- [--deep] [--states N] [--only TEXT] [--without RULE]`: searches the model of the purchase protocol
 * (`subgraphs/order/model/`). Fails where an invariant breaks, and prints what happened, step by step.
 */
import { setImmediate as others } from 'node:timers/promises';
import type { Configuration } from '../subgraphs/order/model/configuration.ts';
import { CONFIGURATIONS, DEEP_CONFIGURATIONS } from '../subgraphs/order/model/configurations.ts';
import { MUTANTS } from '../subgraphs/order/model/mutants.ts';
import { RULES, rulesWithout, type Rule } from '../subgraphs/order/model/rules.ts';
import { searchInParts, type SearchOptions, type SearchResult } from '../subgraphs/order/model/search.ts';
import { readCommandLine, readWholeNumber, refuseCommandLine, runScript } from './command-line.ts';

const HELP = `npm run model -- [--deep] [--states N] [--only TEXT] [--without RULE]

Searches the model of the purchase protocol for a state in which an invariant does not hold, and prints how it is reached. Without
options it searches what the tests search. Ctrl-C ends it with what was found until then. The exit code is 1 where something breaks.

  --deep            larger cases as well, and up to 3,000,000 states of each
  --states N        states of each case, at the most (30,000)
  --only TEXT       the cases whose names contain this
  --without RULE    the smallest case of a mutant, a protocol that lacks this rule, with its trace
  --list            the names of all cases and rules
`;

const { values } = readCommandLine(HELP, {
  options: {
    deep: { type: 'boolean', default: false },
    states: { type: 'string' },
    only: { type: 'string', default: '' },
    without: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

let isInterrupted = false;

runScript(async () => {
  const cases = [...CONFIGURATIONS, ...(values.deep ? DEEP_CONFIGURATIONS : [])];
  if (values.list) return list();
  process.once('SIGINT', () => (isInterrupted = true));
  const maxStates = readWholeNumber('--states', values.states ?? (values.deep ? '3000000' : '30000'), 1);
  if (values.without !== undefined) {
    const rule = ruleOf(values.without);
    console.log(`Without ${rule}: ${RULES[rule]}.`);
    await report(MUTANTS[rule].configuration, {
      maxStates: Math.max(maxStates, 100_000),
      rules: rulesWithout(rule),
    });
    return;
  }
  const chosen = cases.filter(({ name }) => name.includes(values.only));
  if (chosen.length === 0) refuseCommandLine(`No case is called ${values.only}.`);
  let total = 0;
  for (const configuration of chosen) {
    if (isInterrupted) break;
    total += (await report(configuration, { maxStates })).states;
  }
  console.log(`${total.toLocaleString('en')} states in all.`);
});

function list(): void {
  for (const { name } of [...CONFIGURATIONS, ...DEEP_CONFIGURATIONS]) console.log(name);
  for (const [rule, mutant] of Object.entries(RULES)) console.log(`${rule.padEnd(26)} ${mutant}`);
}

function ruleOf(text: string): Rule {
  if (!Object.hasOwn(RULES, text)) refuseCommandLine(`There is no rule ${text}; --list names all.`);
  return text as Rule;
}

async function report(configuration: Configuration, options: SearchOptions): Promise<SearchResult> {
  const result = await searchWithProgress(configuration, options);
  const { states, atRest, isComplete, violation } = result;
  const extent = isComplete ? 'all that there are' : 'there are more';
  console.log(
    `${configuration.name}: ${states.toLocaleString('en')} states (${extent}), ${atRest} of them at rest`,
  );
  if (!violation) return result;
  process.exitCode = 1;
  console.log(`  BROKEN: ${violation.invariant}`);
  violation.trace.forEach((line, index) => console.log(`  ${String(index + 1).padStart(3)}  ${line}`));
  return result;
}

async function searchWithProgress(
  configuration: Configuration,
  options: SearchOptions,
): Promise<SearchResult> {
  const parts = searchInParts(configuration, options);
  let shownAt = performance.now();
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
    await others();
    if (isInterrupted) return { states: value.states, atRest: 0, isComplete: false, violation: null };
    if (!process.stderr.isTTY || performance.now() - shownAt < 500) continue;
    shownAt = performance.now();
    process.stderr.write(
      `\r${configuration.name}: ${value.states} states, ${value.waiting} waiting \x1b[K\r`,
    );
  }
}

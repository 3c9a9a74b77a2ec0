/**
 * `npm run schema:diff -- [--against REVISION|FILE] [--allow-breaking]`: what the schemas in the working folder change for
 * clients, against the API schema that was committed last. Fails on breaking changes, unless they are allowed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readCommandLine } from './command-line.ts';
import { composeSchemas } from './compose-schemas.ts';
import { schemaChanges } from './schema-changes.ts';

const API = 'schema/api.graphql';

const HELP = `npm run schema:diff -- [--against REVISION|FILE] [--allow-breaking]

Lists what the schemas in the working folder change for clients, against the API schema of a revision (HEAD) or in a file. The exit code is 0
when nothing breaks, 1 when something does, 2 when there was nothing to compare with.

  --allow-breaking    0 also when something breaks
`;

process.exitCode = run();

/** @returns the exit code: 0 nothing breaks, 1 something does, 2 it could not be found out */
function run(): number {
  try {
    const { values } = readCommandLine(HELP, {
      options: {
        against: { type: 'string', default: 'HEAD' },
        'allow-breaking': { type: 'boolean', default: false },
      },
    });
    const before = readSchema(values.against);
    const composed = composeSchemas();
    if (!composed.ok) throw new Error(`The subgraphs do not compose:\n${indented(composed.problems)}`);
    return report(schemaChanges(before, composed.api), values.against, values['allow-breaking']);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

function report(
  { breaking, dangerous }: ReturnType<typeof schemaChanges>,
  against: string,
  isBreakingAllowed: boolean,
): number {
  if (breaking.length === 0 && dangerous.length === 0) {
    console.log(`Against ${against}, nothing breaks for clients, and nothing is dangerous.`);
    return 0;
  }
  if (breaking.length > 0) console.log(`Breaking, against ${against}:\n${indented(breaking)}`);
  if (dangerous.length > 0) console.log(`Dangerous, against ${against}:\n${indented(dangerous)}`);
  if (breaking.length === 0) return 0;
  if (isBreakingAllowed) {
    console.log('Breaking changes are allowed this time.');
    return 0;
  }
  console.error('The schema breaks clients. Where that is meant, add --allow-breaking.');
  return 1;
}

/** A file of this name goes before a revision. @throws when there is neither */
function readSchema(against: string): string {
  if (existsSync(against)) return readFileSync(against, 'utf8');
  try {
    return execFileSync('git', ['show', '--end-of-options', `${against}:${API}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch {
    throw new Error(`There is no file ${against}, and no ${API} in a revision of that name.`);
  }
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

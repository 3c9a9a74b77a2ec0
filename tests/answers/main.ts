import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import {
  readCommandLine,
  readWholeNumber,
  refuseCommandLine,
  runScript,
} from '../../scripts/command-line.ts';
import { readCheckout } from '../../scripts/folders.ts';
import { runWithTeardown } from '../../scripts/start/run-with-teardown.ts';
import { compareSystems } from './compare-systems.ts';
import { LIST, operationsIn, readOperations, requestsFor, writeOperations } from './operation-list.ts';
import { readRecorded, type RecordedRequest } from './recorded-requests.ts';

const HELP = `npm run answers -- --against FOLDER [--requests FOLDER] [--rounds N] [--differences FILE]
npm run answers -- --collect FOLDER

Sends requests to the router of another checkout, before subgraphs of Apollo Server alone, and to the router of this one, before subgraphs as
they are here, and compares what comes back to the byte. The subgraphs have the same made-up values. Exit code 1 where anything differs.

  --against FOLDER      the other checkout, which is built
  --requests FOLDER     recorded ones; without it, the operations of ${LIST}
  --rounds N            how often; in the first nothing fails, in each further one other fields do (3)
  --differences FILE    where each difference is written, one line of JSON for each
  --collect FOLDER      writes the operations of recorded requests to ${LIST}, without values

RECORD_REQUESTS=FOLDER npm test -- --project e2e records what the routers of a test run are sent.
`;

runScript(async () => {
  const { values } = readCommandLine(HELP, {
    options: {
      against: { type: 'string' },
      requests: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      differences: { type: 'string' },
      collect: { type: 'string' },
    },
  });
  const rounds = readWholeNumber('--rounds', values.rounds, 1);
  const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
  if (values.collect !== undefined) {
    const operations = operationsIn(await readRequests('--collect', values.collect), schema);
    writeOperations(operations);
    return console.log(`${operations.length} operations are in ${LIST}.`);
  }
  if (values.against === undefined) return refuseCommandLine('--against names the other checkout.');
  const against = readCheckout('--against', values.against);
  if (values.differences !== undefined) checkOutputFile('--differences', values.differences);
  const requests =
    values.requests === undefined
      ? requestsFor(readOperations(), schema)
      : await readRequests('--requests', values.requests);
  await runWithTeardown(async (teardown) => {
    const options = { requests, against, rounds, say: (line: string) => console.log(line) };
    const different = await compareSystems(options, teardown);
    if (values.differences !== undefined)
      writeFileSync(values.differences, different.map((each) => `${JSON.stringify(each)}\n`).join(''));
    if (different.length > 0) process.exitCode = 1;
  });
});

/** Those that were recorded in a folder. One that has none ends the process. */
async function readRequests(option: string, folder: string): Promise<RecordedRequest[]> {
  const requests = await readRecorded(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    return refuseCommandLine(`${option} takes a folder, and ${folder} cannot be read (${error.code}).`);
  });
  if (requests.length === 0)
    refuseCommandLine(`${option} takes a folder of recorded requests, and ${folder} has none.`);
  return requests;
}

/** What cannot be written to ends the process. */
function checkOutputFile(option: string, file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    refuseCommandLine(`${option} takes a file, and ${file} cannot be written to (${code}).`);
  }
}

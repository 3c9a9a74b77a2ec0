import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildSchema } from 'graphql';
import {
  readCommandLine,
  readWholeNumber,
  refuseCommandLine,
  runScript,
} from '../../scripts/command-line.ts';
import { compareSystems } from './compare-systems.ts';
import { LIST, operationsIn, readOperations, requestsFor, writeOperations } from './operation-list.ts';
import { readRecorded } from './recorded-requests.ts';

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
  const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
  if (values.collect !== undefined) {
    const operations = operationsIn(await readRecorded(resolve(values.collect)), schema);
    writeOperations(operations);
    return console.log(`${operations.length} operations are in ${LIST}.`);
  }
  if (values.against === undefined) return refuseCommandLine('--against names the other checkout.');
  const requests =
    values.requests === undefined
      ? requestsFor(readOperations(), schema)
      : await readRecorded(resolve(values.requests));
  const different = await compareSystems({
    requests,
    against: resolve(values.against),
    rounds: readWholeNumber('--rounds', values.rounds, 1),
    say: (line) => console.log(line),
  });
  if (values.differences !== undefined)
    writeFileSync(values.differences, different.map((each) => `${JSON.stringify(each)}\n`).join(''));
  if (different.length > 0) process.exitCode = 1;
});

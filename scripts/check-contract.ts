/** `node dist/scripts/check-contract.js`: the schema still keeps what `schema/contract/` promised to clients. */
import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { findBreakingChanges, parse, type GraphQLSchema } from 'graphql';
import { readCommandLine } from './command-line.ts';

readCommandLine(
  'npm run check:contract    fails when the schema breaks what schema/contract/ promised to clients\n',
  {},
);

const schemaFolder = new URL('../../schema/', import.meta.url);
const contractFolder = new URL('contract/', schemaFolder);

function load(folder: URL, file: string): GraphQLSchema {
  return buildSubgraphSchema({ typeDefs: parse(readFileSync(new URL(file, folder), 'utf8')) });
}

const broken = readdirSync(contractFolder)
  .filter((file) => file.endsWith('.graphql'))
  .flatMap((file) =>
    findBreakingChanges(load(contractFolder, file), load(schemaFolder, file))
      // What a subgraph imports of federation is between it and the router.
      .filter(({ description }) => !description.startsWith('federation__'))
      .map(({ description }) => `schema/${file}: ${description}`),
  );

if (broken.length > 0) {
  console.error(`The schema does not keep its contract:\n${broken.map((line) => `  ${line}`).join('\n')}`);
  process.exit(1);
}

import { spawn } from 'node:child_process';
import type { Teardown } from '../start/teardown.ts';

/** As `npm run codegen` and `npm run compose` run them, but without a build before. */
const STEPS = [
  ['node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.ts'],
  ['dist/scripts/compose.js'],
];

/**
 * Generates code, the supergraph and the public schema from the schemas of the subgraphs. The router loads the supergraph by itself.
 *
 * @returns what the step that failed has printed; undefined when none failed
 */
export async function generateFromSchema(root: string, teardown: Teardown): Promise<string | undefined> {
  for (const step of STEPS) {
    const failure = await run(step, root, teardown);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function run(args: readonly string[], cwd: string, teardown: Teardown): Promise<string | undefined> {
  if (teardown.hasBegun) return '';
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  void teardown.add(async () => {
    child.kill();
    await closed;
  });
  return (await closed) === 0 ? undefined : output.trimEnd();
}

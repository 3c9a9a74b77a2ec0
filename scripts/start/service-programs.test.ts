import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { NODE_FLAGS, SERVICE_PROGRAMS } from './service-programs.ts';

/** Commands of services in any notation, with their words separated by spaces. */
async function serviceCommands(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  const commands = text.split('\n').map((line) => line.replaceAll(/["[\],]+/g, ' ').replaceAll(/\s+/g, ' '));
  const programs = Object.values(SERVICE_PROGRAMS).map((program) => ` dist/${program} `);
  return commands.filter((line) => / node .*--/.test(line) && programs.some((one) => line.includes(one)));
}

it.each([
  ['package.json', 4],
  ['docker-compose.yml', 4],
  ['Dockerfile', 1],
])('%s starts services with the flags of `npm start`', async (file, services) => {
  const commands = await serviceCommands(file);
  expect(commands).toHaveLength(services);
  for (const command of commands) expect(command).toContain(` node ${NODE_FLAGS.join(' ')} dist/`);
});

/** `npm run dev`: like `npm start`, and an edit restarts the services that import what was edited, and no other. */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { readCommandLine } from './command-line.ts';
import { Compiler } from './dev/compiler-process.ts';
import { eventLine, logEvent } from './dev/log-event.ts';
import { generateFromSchema } from './dev/generate.ts';
import { help } from './help.mjs';
import { lockDataDir } from './start/data-dir-lock.ts';
import { Teardown } from './start/teardown.ts';
import { runSupergraph } from './start/run-supergraph.ts';
import { runUntilStopped } from './start/run-until-stopped.ts';
import type { ServiceProcess } from './start/service-process.ts';
import { readSettings } from './start/settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Beside dist/, which stays what was built, so that tests and other programs can run meanwhile. */
const output = join(root, 'dist-dev');
/** Half of what a person notices. */
const READ_LOG_EVERY_MS = 100;

const {
  values: { 'no-demo': noDemo },
} = readCommandLine(help.dev, { options: { 'no-demo': { type: 'boolean' } } });

const hasColours = process.stdout.isTTY && process.stdout.hasColors();
const teardown = new Teardown();

runUntilStopped(teardown, async () => {
  loadEnvironment();
  // One process of each service, because an edit restarts it.
  const settings = { ...readSettings(), instances: 1 };
  await copyBuild();
  const processes = await runSupergraph(settings, teardown, {
    build: 'dist-dev',
    demo: !noDemo,
    showsUrls: false,
    onLines: showLog,
    readLogEveryMs: READ_LOG_EVERY_MS,
  });
  await restartOnEdits(processes);
});

/** What runs first is what was built; edits are compiled on top of a copy. */
async function copyBuild(): Promise<void> {
  await teardown.add(lockDataDir(output, 'there can be one of them in a checkout'));
  for (const name of readdirSync(output))
    if (name !== 'start.pid') rmSync(join(output, name), { recursive: true });
  cpSync(join(root, 'dist'), output, { recursive: true });
}

async function restartOnEdits(processes: ReadonlyMap<string, ServiceProcess>): Promise<void> {
  // One edit after the other: a service is not restarted while it restarts.
  let last: Promise<void> = Promise.resolve();
  const compiler = new Compiler(root, (message) => {
    if (message.kind === 'watching') return log('info', 'watches for edits');
    if (message.kind === 'failed') {
      const effect = message.runs ? 'the edit runs all the same' : 'everything runs as before';
      log('error', `the sources do not compile; ${effect}`);
      return console.log(message.text);
    }
    if (message.kind === 'corrected') return log('info', 'the sources compile again');
    if (message.kind === 'schema') {
      const { files } = message;
      log('info', `${files.join(', ')}: code and the supergraph are generated`);
      last = last.then(async () => {
        const failure = await generateFromSchema(root, teardown);
        if (failure === undefined) return compiler.schemaGenerated(files);
        if (teardown.hasBegun) return;
        log('error', 'nothing could be generated from the schema; everything runs as before');
        console.log(failure);
      });
      return;
    }
    const { changed, services, at } = message;
    const here = services.filter((name) => processes.has(name));
    if (here.length === 0)
      return log('info', `${sourcesOf(changed) || 'nothing that runs has'} changed: no restart is needed`);
    log('info', `${sourcesOf(changed)} changed: ${here.join(', ')} restarts`);
    last = last.then(async () => {
      await Promise.all(here.map((name) => restart(name, processes.get(name)!, at)));
    });
  });
  await teardown.add(() => compiler.stop());
}

async function restart(name: string, process: ServiceProcess, editedAt: number): Promise<void> {
  if (teardown.hasBegun) return;
  try {
    await process.restart();
    if (!teardown.hasBegun)
      log('info', `${name} is ready, ${((Date.now() - editedAt) / 1000).toFixed(1)} s after the edit`);
  } catch (error) {
    if (teardown.hasBegun) return;
    log(
      'error',
      `${error instanceof Error ? error.message : String(error)} | It starts again at the next edit.`,
    );
  }
}

/** At most three names. */
function sourcesOf(changed: readonly string[]): string {
  const names = changed.slice(0, 3).map((path) => path.replace(/\.js$/, '.ts'));
  return names.join(', ') + (changed.length > 3 ? ` and ${changed.length - 3} more` : '');
}

function showLog(service: string, lines: readonly string[]): void {
  for (const line of lines) {
    const event = logEvent(service, line, hasColours);
    if (event !== undefined) console.log(event);
  }
}

function log(level: 'info' | 'error', text: string): void {
  console.log(eventLine('dev', level, text, hasColours));
}

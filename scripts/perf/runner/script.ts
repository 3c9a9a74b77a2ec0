import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { keepParts } from './metrics.ts';
import { scenarioFormat } from './scenario.ts';

/** A load test in k6's format, loaded. */
const optionsFormat = z.looseObject({
  scenarios: z.record(z.string(), scenarioFormat),
  thresholds: z.record(z.string(), z.array(z.string())).default({}),
  summaryTrendStats: z.array(z.string()).optional(),
});

export type Options = z.infer<typeof optionsFormat>;

export interface Script {
  readonly options: Options;
  /** A function that the script exports; undefined when it has none of this name. */
  find(name: string): ((...args: readonly unknown[]) => unknown) | undefined;
}

/**
 * @param file its path
 * @throws what the script throws while it is loaded, and a sentence for options that this runner does not know
 */
export async function loadScript(file: string): Promise<Script> {
  register('./k6-modules.mjs', import.meta.url);
  Object.assign(globalThis, { __ENV: { ...process.env }, open: openFile });
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const options = optionsFormat.safeParse(exported['options']);
  if (!options.success) throw new Error(`The options of ${file}: ${z.prettifyError(options.error)}`);
  keepParts(Object.keys(options.data.thresholds));
  return {
    options: options.data,
    find: (name) => {
      const found = exported[name];
      return typeof found === 'function' ? (found as ReturnType<Script['find']>) : undefined;
    },
  };
}

function openFile(path: string): string {
  return readFileSync(path.startsWith('file:') ? fileURLToPath(path) : path, 'utf8');
}

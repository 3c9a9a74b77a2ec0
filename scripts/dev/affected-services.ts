import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { SERVICE_PROGRAMS, type ServiceName } from '../start/service-programs.ts';

const SUBGRAPH_SCHEMA = /^schema\/(user|product|order)\.graphql$/;

/** The subgraph whose schema this file is. */
export const subgraphOfSchema = (path: string): ServiceName | undefined =>
  SUBGRAPH_SCHEMA.exec(path)?.[1] as ServiceName | undefined;

/** Which services import a compiled module, directly or not: types are gone there, so a change of one affects none. */
export class AffectedServices {
  readonly #folder: string;
  /** The modules that each imports; absent: not read yet. */
  readonly #imports = new Map<string, readonly string[]>();

  /** @param folder of what is compiled; absolute */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param changed modules, and files that are read at run time; relative to the folder */
  of(changed: readonly string[]): ServiceName[] {
    for (const path of changed) this.#imports.delete(path);
    const services = (Object.keys(SERVICE_PROGRAMS) as ServiceName[]).map((name) => ({
      name,
      modules: this.#reach(SERVICE_PROGRAMS[name]),
    }));
    const folders = new Set(services.flatMap(({ modules }) => [...modules].map((path) => dirname(path))));
    const readers = changed
      .filter((path) => !path.endsWith('.js'))
      .map((path) => readingFolder(path, folders));
    return services
      .filter(
        ({ name, modules }) =>
          changed.some((path) => modules.has(path) || subgraphOfSchema(path) === name) ||
          [...modules].some((path) => readers.includes(dirname(path))),
      )
      .map(({ name }) => name);
  }

  /** All modules that `main` imports, directly or not. */
  #reach(main: string): ReadonlySet<string> {
    const reached = new Set([main]);
    for (const path of reached) for (const imported of this.#importsOf(path)) reached.add(imported);
    return reached;
  }

  #importsOf(path: string): readonly string[] {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    const file = join(this.#folder, path);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const imports = ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => name.startsWith('.'))
      .map((name) => join(dirname(path), name));
    this.#imports.set(path, imports);
    return imports;
  }
}

/** A script, statement or page is read by the modules of its folder, or of the nearest folder above that has any. */
function readingFolder(path: string, folders: ReadonlySet<string>): string | undefined {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder))
    if (folders.has(folder)) return folder;
  return undefined;
}

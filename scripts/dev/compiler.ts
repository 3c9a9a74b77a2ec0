/**
 * A child process of `npm run dev`: compiles the services to dist-dev/ at every edit, and sends its parent what the edit affects.
 * The edited modules are compiled first, without their types, so that no restart waits for a type check; then TypeScript's own watcher
 * checks types as `npm run build` does, only of what an edit touches. The process of its own keeps the parent's screen and Ctrl-C free
 * meanwhile.
 */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { SERVICE_PROGRAMS, type ServiceName } from '../start/service-programs.ts';
import { AffectedServices, subgraphOfSchema } from './affected-services.ts';
import { ModuleEmitter } from './emit-modules.ts';
import { whenSettled } from './when-settled.ts';

export type CompilerMessage =
  | { readonly kind: 'watching' }
  /** Of an edit: when it was noticed (ms since 1970), what changed of what is compiled, and which services import that. */
  | {
      readonly kind: 'compiled';
      readonly at: number;
      readonly changed: readonly string[];
      readonly services: readonly ServiceName[];
    }
  /** `text` is what the compiler prints. `runs`: only types do not fit, and the edit takes effect all the same. */
  | { readonly kind: 'failed'; readonly text: string; readonly runs: boolean }
  /** What failed is corrected. */
  | { readonly kind: 'corrected' }
  /** Schemas of subgraphs, from which code and the supergraph are to be generated. */
  | { readonly kind: 'schema'; readonly files: readonly string[] };

/** From the parent: what is generated from these schemas is up to date, so the subgraphs may load them. */
export interface SchemaGenerated {
  readonly files: readonly string[];
}

const FOLDERS = ['platform', 'router', 'subgraphs'];
const READ_AT_RUN_TIME = ['.graphql', '.lua', '.sql', '.html', '.css', '.svg', '.mjs'];

const root = process.cwd();
const output = join(root, 'dist-dev');
const affected = new AffectedServices(output);

const send = (message: CompilerMessage) => process.send?.(message);
/** The parent has ended. */
process.on('disconnect', () => process.exit(0));

let editedAt = Date.now();
/** Of the last compilation; undefined before the first has ended. */
let compiles: boolean | undefined;
/** Schemas that a subgraph loads once everything compiles. */
let generated: readonly string[] = [];

process.on('message', ({ files }: SchemaGenerated) => {
  generated = [...generated, ...files];
  if (compiles) report([]);
});
watchTypeScript();
watchOthers();

function watchTypeScript(): void {
  const options = readOptions();
  const modules = new ModuleEmitter({ root, output }, options);
  let written: string[] = [];
  let problems: ts.Diagnostic[] = [];

  const onEdit = whenSettled((edited, at) => {
    const changed = modules.emit(edited);
    if (changed.length > 0) send({ kind: 'compiled', at, changed, services: affected.of(changed) });
  });

  const system: ts.System = {
    ...ts.sys,
    watchFile: (path, onChange, ...rest) =>
      ts.sys.watchFile!(
        path,
        (...event) => {
          if (isModule(path)) onEdit(relative(root, path));
          onChange(...event);
        },
        ...rest,
      ),
    /** What is written again as it was has not changed: an edit of types alone affects no service. */
    writeFile: (path, text) => {
      if (ts.sys.readFile(path) === text) return;
      ts.sys.writeFile(path, text);
      if (path.endsWith('.js')) written.push(relative(output, path));
    },
  };
  const host = ts.createWatchCompilerHost(
    Object.values(SERVICE_PROGRAMS).map((program) => join(root, program.replace(/js$/, 'ts'))),
    options,
    system,
    ts.createEmitAndSemanticDiagnosticsBuilderProgram,
    (problem) => problems.push(problem),
    (_status, _newLine, _options, errorCount) => {
      if (errorCount === undefined) {
        editedAt = Date.now();
        return;
      }
      const isFirst = compiles === undefined;
      // Without one and with nothing written, nothing is worth a line: the watcher also notices files of other programs.
      const hadProblems = compiles === false;
      compiles = problems.length === 0;
      if (!compiles)
        send({ kind: 'failed', text: describe(problems), runs: !isFirst && !modules.hasPending });
      else if (hadProblems) send({ kind: 'corrected' });
      if (compiles && (written.length > 0 || generated.length > 0)) report(written);
      if (isFirst) {
        // Reads the imports of all modules now, and not at the first edit.
        affected.of([]);
        send({ kind: 'watching' });
      }
      [written, problems] = [[], []];
    },
  );
  ts.createWatchProgram(host);
}

/** As of the build; with an error, only edited modules are written (see `ModuleEmitter`). */
function readOptions(): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { outDir: output, tsBuildInfoFile: join(output, '.tsbuildinfo'), noEmitOnError: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) =>
        send({ kind: 'failed', text: describe([problem]), runs: false }),
    },
  );
  return config?.options ?? {};
}

function describe(problems: readonly ts.Diagnostic[]): string {
  return ts
    .formatDiagnostics(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    })
    .trimEnd();
}

/** Scripts, statements, pages and schemas: copied as the build copies them. */
function watchOthers(): void {
  const onEdit = whenSettled((edited, at) => {
    editedAt = at;
    const files = edited.filter(isChanged);
    const schemas = files.filter((path) => subgraphOfSchema(path) !== undefined);
    const copied = files.filter((path) => !path.startsWith('schema/'));
    copied.forEach(copy);
    if (copied.length > 0) report(copied);
    if (schemas.length > 0) send({ kind: 'schema', files: schemas });
  });
  const watched = new Set<string>();
  const watch = (path: string) => {
    if (watched.has(path) || !READ_AT_RUN_TIME.some((extension) => path.endsWith(extension))) return;
    watched.add(path);
    ts.sys.watchFile!(path, () => onEdit(relative(root, path)));
  };
  for (const folder of [...FOLDERS, 'schema'].map((name) => join(root, name))) {
    ts.sys.readDirectory(folder, READ_AT_RUN_TIME).forEach(watch);
    // A folder's watcher notices what is new there, but no change of a file.
    const onNew = (path: string) => {
      watch(path);
      if (watched.has(path)) onEdit(relative(root, path));
    };
    ts.sys.watchDirectory!(folder, onNew, true);
  }
}

const isModule = (path: string): boolean =>
  /(?<!\.d)\.ts$/.test(path) && FOLDERS.includes(relative(root, path).split(sep)[0]!);

function isChanged(file: string): boolean {
  const [from, to] = [join(root, file), join(output, file)];
  if (!existsSync(from) || !existsSync(to)) return existsSync(from) !== existsSync(to);
  return !readFileSync(from).equals(readFileSync(to));
}

function copy(file: string): void {
  if (existsSync(join(root, file))) cpSync(join(root, file), join(output, file));
  else rmSync(join(output, file), { force: true });
}

function report(compiled: readonly string[]): void {
  generated.forEach(copy);
  const changed = [...compiled, ...generated];
  generated = [];
  send({ kind: 'compiled', at: editedAt, changed, services: affected.of(changed) });
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

interface ModuleFolders {
  /** Of the sources; absolute, as the other. */
  readonly root: string;
  /** Of what is compiled. */
  readonly output: string;
}

/**
 * Compiles edited modules one by one, without their types (`isolatedModules`): this takes milliseconds where a type check takes seconds,
 * so a service restarts before its types are checked. The text is the same as the build's.
 */
export class ModuleEmitter {
  readonly #folders: ModuleFolders;
  readonly #options: ts.CompilerOptions;
  /** Sources whose edits are not written yet, because one of them cannot be parsed. */
  #pending = new Set<string>();

  /** @param options of the build */
  constructor(folders: ModuleFolders, options: ts.CompilerOptions) {
    this.#folders = folders;
    this.#options = {
      ...options,
      // With NodeNext a file's format depends on package.json, which is not read for a single module.
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      rootDir: folders.root,
      outDir: folders.output,
      noEmitOnError: false,
      incremental: false,
    };
    delete this.#options.tsBuildInfoFile;
  }

  /** Whether an edit is not written, because a source cannot be parsed. */
  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /**
   * Writes all of these and of those that are pending, or none where one cannot be parsed. A module that they import and that was never
   * compiled is written with them.
   *
   * @param edited sources, relative to the root
   * @returns the modules whose text changed, relative to the output
   */
  emit(edited: Iterable<string>): string[] {
    const sources = new Set(
      [...this.#pending, ...edited].filter((source) => existsSync(this.#source(source))),
    );
    const compiled = new Map<string, ts.TranspileOutput>();
    // The set grows while it is walked.
    for (const source of sources) {
      const text = readFileSync(this.#source(source), 'utf8');
      // An editor empties a file before it writes it. One that stays empty is written after the type check.
      if (text === '') continue;
      compiled.set(source, this.#compile(source, text));
      for (const imported of this.#neverCompiled(source, text)) sources.add(imported);
    }
    const canBeParsed = [...compiled.values()].every(({ diagnostics }) => diagnostics?.length === 0);
    this.#pending = canBeParsed ? new Set() : sources;
    return canBeParsed
      ? [...compiled].filter((module) => this.#write(...module)).map(([name]) => toJs(name))
      : [];
  }

  #compile(source: string, text: string): ts.TranspileOutput {
    return ts.transpileModule(text, {
      fileName: this.#source(source),
      compilerOptions: this.#options,
      reportDiagnostics: true,
    });
  }

  #neverCompiled(source: string, text: string): string[] {
    return ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => /^\..*\.ts$/.test(name))
      .map((name) => relative(this.#folders.root, join(dirname(this.#source(source)), name)))
      .filter((path) => existsSync(this.#source(path)) && !existsSync(this.#module(path)));
  }

  /** @returns whether its text changed */
  #write(source: string, { outputText, sourceMapText }: ts.TranspileOutput): boolean {
    const module = this.#module(source);
    if (ts.sys.readFile(module) === outputText) return false;
    mkdirSync(dirname(module), { recursive: true });
    writeFileSync(module, outputText);
    if (sourceMapText !== undefined) writeFileSync(`${module}.map`, sourceMapText);
    return true;
  }

  #source(path: string): string {
    return join(this.#folders.root, path);
  }

  #module(path: string): string {
    return toJs(join(this.#folders.output, path));
  }
}

const toJs = (path: string): string => path.replace(/\.ts$/, '.js');

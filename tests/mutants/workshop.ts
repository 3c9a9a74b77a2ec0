import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { applyEdit, editsOf, type Mutant } from './mutant.ts';

const NOT_COPIED = new Set(['.git', '.data', 'node_modules', 'dist', 'dist-dev']);

/**
 * A copy of the sources in which one mutant at a time takes effect, so that what is served, built or released never contains one, and
 * no setting can switch one on.
 */
export class Workshop {
  readonly folder: string;
  /** Texts of the files that the current mutant has changed, by path. */
  readonly #originals = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param root of the project */
  static async open(root: string): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'firstcome-mutants-'));
    await cp(root, folder, {
      recursive: true,
      filter: (path) => !NOT_COPIED.has(basename(path)) || relative(root, path) === '',
    });
    await symlink(resolve(root, 'node_modules'), join(folder, 'node_modules'));
    return new Workshop(folder);
  }

  /** Call `restore` before the next one. */
  async make(mutant: Mutant): Promise<void> {
    for (const edit of editsOf(mutant)) {
      const path = join(this.folder, edit.file);
      const text = await readFile(path, 'utf8');
      if (!this.#originals.has(path)) this.#originals.set(path, text);
      await writeFile(path, applyEdit(text, edit));
    }
  }

  async restore(): Promise<void> {
    for (const [path, text] of this.#originals) await writeFile(path, text);
    this.#originals.clear();
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

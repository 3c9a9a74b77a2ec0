import { isRecord } from '../../platform/is-record.ts';
import { own, set, type Fields } from './fields.ts';
import type { Rewrite } from './plan.ts';
import { isOfType, type Subtypes } from './subtypes.ts';

/** Changes an object in place. */
export type Rewriting = (value: unknown) => void;

const FRAGMENT = '... on ';

/**
 * Names and types that the planner has other ones for in a subgraph, such as a field that two types of an interface have in different types.
 *
 * @returns null: nothing is rewritten
 */
export function compileRewrites(
  rewrites: readonly Rewrite[] | undefined,
  subtypes: Subtypes,
): Rewriting | null {
  if (!rewrites || rewrites.length === 0) return null;
  const all = rewrites.map((rewrite) => compileRewrite(rewrite, subtypes));
  return (value) => {
    for (const rewrite of all) rewrite(value);
  };
}

function compileRewrite(rewrite: Rewrite, subtypes: Subtypes): Rewriting {
  const name = rewrite.path.at(-1);
  if (name === undefined) return () => undefined;
  const change = rewrite.kind === 'ValueSetter' ? setter(name, rewrite) : renamer(name, rewrite.renameKeyTo);
  return rewrite.path
    .slice(0, -1)
    .reduceRight((then: Rewriting, step) => inside(step, then, subtypes), onEach(change));
}

const setter =
  (name: string, { setValueTo }: { readonly setValueTo: unknown }) =>
  (fields: Fields): void =>
    set(fields, name, setValueTo);

const renamer =
  (name: string, renameTo: string) =>
  (fields: Fields): void => {
    const value = own(fields, name);
    if (!value) return;
    set(fields, renameTo, value);
    fields[name] = undefined;
  };

function inside(step: string, then: Rewriting, subtypes: Subtypes): Rewriting {
  if (!step.startsWith(FRAGMENT)) return onEach((fields) => then(own(fields, step)));
  const type = step.slice(FRAGMENT.length);
  return onEach((fields) => {
    const typename = fields['__typename'];
    if (!typename || isOfType(subtypes, typename, type)) then(fields);
  });
}

/** Of a list, each element. */
function onEach(change: (fields: Fields) => void): Rewriting {
  const rewrite: Rewriting = (value) => {
    if (Array.isArray(value)) value.forEach(rewrite);
    else if (isRecord(value)) change(value);
  };
  return rewrite;
}

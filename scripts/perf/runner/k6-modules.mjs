/** A module hook: what a script imports as `k6/http` and so on is ours. */
const modules = ['http', 'metrics', 'data', 'execution'];

export function resolve(specifier, context, nextResolve) {
  const name = specifier.startsWith('k6/') ? specifier.slice(3) : undefined;
  if (modules.includes(name))
    return { url: new URL(`./k6/${name}.js`, import.meta.url).href, shortCircuit: true };
  if (specifier === 'k6' || name !== undefined)
    throw new Error(
      `${specifier} is not known to this runner, only ${modules.map((one) => `k6/${one}`).join(', ')}.`,
    );
  return nextResolve(specifier, context);
}

/** @returns the labels of a counter, one for each outcome: the type makes a missing one a compile error */
export function outcomes<Outcome extends string>(all: Record<Outcome, 1>): { readonly outcome: string }[] {
  return Object.keys(all).map((outcome) => ({ outcome }));
}

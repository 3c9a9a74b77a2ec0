import type { GraphQLError, ResponsePath } from 'graphql';

/**
 * The errors of one execution. One below a field that an error has made null already is left out (6.4.4 of the specification), whichever of
 * the two is found first.
 */
export class FieldErrors {
  readonly all: GraphQLError[] = [];
  /** Created on demand, as most executions have none. */
  #nulled: Set<ResponsePath | undefined> | undefined;

  /** @param path undefined: of the answer as a whole */
  add(error: GraphQLError, path: ResponsePath | undefined): void {
    const nulled = (this.#nulled ??= new Set());
    for (let place = path; place !== undefined; place = place.prev) if (nulled.has(place)) return;
    if (nulled.has(undefined)) return;
    nulled.add(path);
    this.all.push(error);
  }
}

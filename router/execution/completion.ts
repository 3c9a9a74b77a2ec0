import { GraphQLError } from 'graphql';

/** Instead of a value: it is null, and the errors that say why are reported. */
export const FAILED = Symbol('failed');
/** As `FAILED`, where the schema allows no null: the object or list around it is null instead. */
export const BUBBLES = Symbol('bubbles');

/** The state of completing one answer. */
export class Completion {
  /** Where it is at the moment, by the response names of the plan. */
  readonly path: (string | number)[] = [];
  readonly errors: GraphQLError[] = [];
  /** Whether something was of another kind than the schema says: a text in the place of an object, for example. */
  hasMisfit = false;

  /** @param what a sentence without the path */
  report(what: string): void {
    this.errors.push(new GraphQLError(what, { path: [...this.path] }));
  }
}

/** Completes what subgraphs have answered at one place into what the client gets there. */
export interface Completer {
  /** @returns the value, null, `FAILED` or `BUBBLES` */
  complete(value: unknown, completion: Completion): unknown;
  /** Whether the value is the client's as it is, to the order of its fields. */
  fits(value: unknown): boolean;
}

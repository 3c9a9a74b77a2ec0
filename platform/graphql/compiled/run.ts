import {
  isNonNullType,
  locatedError,
  responsePathAsArray,
  type ExecutionResult,
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type ResponsePath,
} from 'graphql';
import type { FieldAge } from '../cache-policy.ts';
import { FieldErrors } from './field-errors.ts';

/** One execution of an operation. */
export class Run {
  readonly context: unknown;
  readonly variables: Record<string, unknown>;
  readonly #errors = new FieldErrors();
  #age: number | undefined;

  constructor(context: unknown, variables: Record<string, unknown>) {
    this.context = context;
    this.variables = variables;
  }

  /** @returns null where there may be null @throws the error, with its place, where there may not */
  fail({ nodes }: CompiledField, type: GraphQLOutputType, path: ResponsePath, raw: unknown): null {
    const error = locatedError(raw, nodes, responsePathAsArray(path));
    if (isNonNullType(type)) throw error;
    this.#errors.add(error, path);
    return null;
  }

  /** The answer may be cached for this long at the most, in seconds. */
  restrictAge(age: number): void {
    if (this.#age === undefined || age < this.#age) this.#age = age;
  }

  end(data: unknown): AgedResult {
    const result = { data: data as Data | null, age: this.#age };
    const { all } = this.#errors;
    return all.length === 0 ? result : { errors: all, ...result };
  }

  /** @param error of a field that may not be null, nor what is above it */
  endWithoutData(error: unknown): AgedResult {
    this.#errors.add(error as GraphQLError, undefined);
    return this.end(null);
  }
}

/** With the shortest age of the fields that were reached, in seconds; undefined: none of them has one, or they were not read. */
export type AgedResult = ExecutionResult & { readonly age?: number | undefined };

export interface CompiledField {
  /** In the answer. */
  readonly name: string;
  readonly nodes: readonly FieldNode[];
  readonly definition: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  /** Of `__typename`, which is known; null: of another field. */
  readonly typename: string | null;
  /** Null: the value is the property of the parent that has the field's name. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  /** How an answer with this field is restricted in its age; undefined: not at all. */
  readonly age: FieldAge;
  /** Null: as graphql-js makes them. */
  readonly argumentsFrom: (variables: Data) => Data | null;
  readonly complete: Complete;
}

/** Makes of what a resolver has returned what is answered; a promise where it has to wait. */
export type Complete = (run: Run, field: CompiledField, path: ResponsePath, value: unknown) => unknown;

export type Data = Record<string, unknown>;

export const isPromise = <Value>(value: Value | Promise<Value>): value is Promise<Value> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

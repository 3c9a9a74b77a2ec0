import { BUBBLES, FAILED, type Completer, type Completion } from './completion.ts';
import { own, set, type Fields } from './fields.ts';

const TYPENAME = '__typename';

/** A field of an object of one type, completed by its type. */
export interface FieldShape {
  readonly responseName: string;
  /** Null: it is `__typename`. */
  readonly completer: Completer | null;
  /** Of `__typename`: the type, where the object does not say it; null: it has to. */
  readonly typeName: string | null;
  /** Whether every object has something of this name. */
  readonly isInherited: boolean;
}

/** The fields of an object by its type, in the order of the answer. */
export type FieldsOfType = (typename: string | undefined) => readonly FieldShape[] | null;

export class ObjectCompleter implements Completer {
  readonly #known = new Map<string | undefined, readonly FieldShape[]>();
  readonly #fieldsOf: FieldsOfType;
  readonly #isObjectType: ReadonlyMap<string, boolean>;
  readonly #place: string;

  /**
   * @param fieldsOf null for a type that clients do not have
   * @param isObjectType of each type that clients have and that is selected from, by its name
   */
  constructor(fieldsOf: FieldsOfType, isObjectType: ReadonlyMap<string, boolean>, place: string) {
    this.#fieldsOf = fieldsOf;
    this.#isObjectType = isObjectType;
    this.#place = place;
  }

  complete(value: unknown, completion: Completion): unknown {
    if (value === null) return null;
    if (typeof value !== 'object') completion.hasMisfit = true;
    // As an object without fields, so that what it should have is an error at its place.
    const source = typeof value === 'object' ? (value as Fields) : NOTHING;
    const fields = this.#fieldsIn(source, completion);
    if (!fields) {
      completion.report(`Invalid __typename found for object at field ${this.#place}.`);
      return FAILED;
    }
    const { path } = completion;
    const completed: Fields = {};
    for (const field of fields) {
      const { responseName, completer } = field;
      const given = (field.isInherited ? own(source, responseName) : source[responseName]) ?? null;
      let result: unknown;
      if (completer) {
        path.push(responseName);
        result = completer.complete(given, completion);
        path.pop();
      } else result = this.#typeNameOf(field, given, source) ?? this.#missingType(responseName, completion);
      if (result === BUBBLES) return FAILED;
      if (field.isInherited) set(completed, responseName, result === FAILED ? null : result);
      else completed[responseName] = result === FAILED ? null : result;
    }
    return completed;
  }

  fits(value: unknown): boolean {
    if (value === null) return true;
    if (typeof value !== 'object' || Array.isArray(value)) return false;
    const source = value as Fields;
    const fields = this.#fieldsOfType(source[TYPENAME]);
    if (!fields) return false;
    let index = 0;
    for (const name in source) {
      const field = fields[index++];
      if (field?.responseName !== name) return false;
      const given = source[name];
      if (
        field.completer
          ? !field.completer.fits(given)
          : given === null || given !== this.#typeNameOf(field, given, source)
      )
        return false;
    }
    return index === fields.length;
  }

  #fieldsIn(source: Fields, completion: Completion): readonly FieldShape[] | null {
    const typename = source[TYPENAME];
    if (typename !== undefined && typeof typename !== 'string') {
      completion.hasMisfit = true;
      return null;
    }
    return this.#fieldsOfType(typename);
  }

  #fieldsOfType(typename: unknown): readonly FieldShape[] | null {
    const name = typeof typename === 'string' && typename !== '' ? typename : undefined;
    const known = this.#known.get(name);
    if (known) return known;
    const fields = this.#fieldsOf(name);
    if (fields) this.#known.set(name, fields);
    return fields;
  }

  /** The name of an object type, which may be given under an alias alone; null: there is none. */
  #typeNameOf({ responseName, typeName }: FieldShape, given: unknown, source: Fields): string | null {
    const name = given ?? (responseName === TYPENAME ? null : source[TYPENAME]);
    const isObjectType = typeof name === 'string' ? this.#isObjectType.get(name) : undefined;
    if (isObjectType === undefined) return typeName;
    return isObjectType ? (name as string) : null;
  }

  #missingType(responseName: string, completion: Completion): typeof BUBBLES {
    completion.path.push(responseName);
    completion.report(`Cannot return null for non-nullable field ${this.#place}.${TYPENAME}.`);
    completion.path.pop();
    return BUBBLES;
  }
}

const NOTHING: Fields = Object.freeze({});

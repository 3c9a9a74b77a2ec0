/** An object of an answer: the fields of it that are there, by their response names. */
export type Fields = Record<string, unknown>;

/** A name of a field may be one that every object has, such as `constructor`. */
export const own = (fields: object, name: string): unknown =>
  Object.hasOwn(fields, name) ? (fields as Fields)[name] : undefined;

/** A client may call a field `__proto__`, and an assignment under that name replaces the prototype. */
export function set(fields: Fields, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true });
  else fields[name] = value;
}

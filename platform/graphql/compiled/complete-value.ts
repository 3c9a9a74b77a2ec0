import { GraphQLError, type GraphQLLeafType, type GraphQLOutputType, type ResponsePath } from 'graphql';
import { isPromise, type Complete } from './run.ts';

/** How a value is completed by its type (6.4.3 of the specification); objects and abstract types are in `compiled-operation.ts`. */

export const unlessError =
  (complete: Complete): Complete =>
  (run, field, path, value) => {
    if (value instanceof Error) throw value;
    return complete(run, field, path, value);
  };

export const unlessNothing =
  (complete: Complete): Complete =>
  (run, field, path, value) =>
    value === null || value === undefined ? null : complete(run, field, path, value);

export const neverNull =
  (complete: Complete): Complete =>
  (run, field, path, value) => {
    const completed = complete(run, field, path, value);
    if (completed !== null) return completed;
    throw new Error(
      `Cannot return null for non-nullable field ${field.parentType.name}.${field.definition.name}.`,
    );
  };

export const leafOf =
  (type: GraphQLLeafType): Complete =>
  (_run, _field, _path, value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined)
      throw new Error(`A value of ${type.name} was serialized to nothing.`);
    return serialized;
  };

export const listOf =
  (itemType: GraphQLOutputType, completeItem: Complete): Complete =>
  (run, field, path, value) => {
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(`A value of ${field.parentType.name}.${field.definition.name} is no list.`);
    let hasPromise = false;
    const items = Array.from(value as Iterable<unknown>, (item, index) => {
      const itemPath: ResponsePath = { prev: path, key: index, typename: undefined };
      try {
        const completed = isPromise(item)
          ? item.then((resolved) => completeItem(run, field, itemPath, resolved))
          : completeItem(run, field, itemPath, item);
        if (!isPromise(completed)) return completed;
        hasPromise = true;
        return completed.then(undefined, (error: unknown) => run.fail(field, itemType, itemPath, error));
      } catch (error) {
        return run.fail(field, itemType, itemPath, error);
      }
    });
    return hasPromise ? Promise.all(items) : items;
  };

import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
  TypeNameMetaFieldDef,
  visit,
  BREAK,
  defaultTypeResolver,
  type DocumentNode,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ResponsePath,
} from 'graphql';
import { AGE_OF_ENTITIES, ageOfEntities, fieldAge, type FieldAge } from '../cache-policy.ts';
import { leafOf, listOf, neverNull, unlessError, unlessNothing } from './complete-value.ts';
import { compileArguments, compileVariables } from './variables.ts';
import { isPromise, Run, type AgedResult, type CompiledField, type Complete, type Data } from './run.ts';
import { fragmentsOf, selectedFields, type Fragments } from './selected-fields.ts';

/**
 * An operation whose fields are collected, and whose types are looked up, once instead of at every execution: in graphql-js that is 20 of the
 * 25 microseconds of CPU time that a purchase takes. Otherwise a mirror of its `execute`, step by step, so that promises settle and errors are
 * found in the same order; `tests/known-documents.test.ts` compares the two.
 */
export class CompiledOperation {
  readonly #findsAge: boolean;
  readonly #root: GraphQLObjectType;
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Fragments;
  readonly #rootFields: readonly CompiledField[];
  readonly #coerceVariables: ReturnType<typeof compileVariables>;

  /**
   * @param findsAge whether each result has the age of its answer, where that depends on what is executed
   * @returns null for what graphql-js has to execute
   */
  static compile(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    findsAge = false,
  ): CompiledOperation | null {
    const root = schema.getRootType(operation.operation);
    const isCompiled = root && !hasConditions(document) && !choosesTypes(schema);
    return isCompiled ? new CompiledOperation(schema, document, operation, root, findsAge) : null;
  }

  private constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    root: GraphQLObjectType,
    findsAge: boolean,
  ) {
    this.#findsAge = findsAge;
    this.#root = root;
    this.#schema = schema;
    this.#operation = operation;
    this.#fragments = fragmentsOf(document);
    this.#rootFields = this.#fieldsOf(root, [operation]);
    this.#coerceVariables = compileVariables(schema, operation);
  }

  /** @returns as `execute` of graphql-js: without `data` where the variables do not fit, and then no resolver was called */
  execute(variables: Readonly<Record<string, unknown>>, context: unknown): AgedResult | Promise<AgedResult> {
    const { variableDefinitions = [], operation } = this.#operation;
    let coerced = this.#coerceVariables(variables);
    if (!coerced) {
      const checked = getVariableValues(this.#schema, variableDefinitions, variables, { maxErrors: 50 });
      if (!checked.coerced) return { errors: checked.errors };
      coerced = checked.coerced;
    }
    const run = new Run(context, coerced);
    try {
      const data =
        operation === OperationTypeNode.MUTATION
          ? this.#executeSerially(run, this.#rootFields)
          : this.#executeAll(run, this.#rootFields, undefined, undefined);
      if (!isPromise(data)) return run.end(data);
      return data.then(
        (settled) => run.end(settled),
        (error: unknown) => run.endWithoutData(error),
      );
    } catch (error) {
      return run.endWithoutData(error);
    }
  }

  #executeSerially(run: Run, fields: readonly CompiledField[]): unknown {
    let results: Data | Promise<Data> = {};
    for (const field of fields) {
      const next = (before: Data): Data | Promise<Data> => {
        const value = this.#executeField(run, field, undefined, undefined);
        const add = (settled: unknown) => {
          before[field.name] = settled;
          return before;
        };
        return isPromise(value) ? value.then(add) : add(value);
      };
      results = isPromise(results) ? results.then(next) : next(results);
    }
    return results;
  }

  #executeAll(
    run: Run,
    fields: readonly CompiledField[],
    source: unknown,
    prev: ResponsePath | undefined,
  ): unknown {
    const results: Data = {};
    let hasPromise = false;
    try {
      for (const field of fields) {
        const value = this.#executeField(run, field, source, prev);
        results[field.name] = value;
        if (isPromise(value)) hasPromise = true;
      }
    } catch (error) {
      // The promises of the other fields may be rejected, too.
      if (hasPromise)
        return settled(results).finally(() => {
          throw error;
        });
      throw error;
    }
    return hasPromise ? settled(results) : results;
  }

  #executeField(run: Run, field: CompiledField, source: unknown, prev: ResponsePath | undefined): unknown {
    if (field.typename !== null) return field.typename;
    const path = { prev, key: field.name, typename: field.parentType.name };
    try {
      const value = this.#resolve(run, field, source, path);
      const completed = isPromise(value)
        ? value.then((resolved) => field.complete(run, field, path, resolved))
        : field.complete(run, field, path, value);
      if (!isPromise(completed)) return completed;
      return completed.then(undefined, (error: unknown) =>
        run.fail(field, field.definition.type, path, error),
      );
    } catch (error) {
      return run.fail(field, field.definition.type, path, error);
    }
  }

  #resolve(run: Run, field: CompiledField, source: unknown, path: ResponsePath): unknown {
    const { resolve, definition, nodes } = field;
    const args =
      field.argumentsFrom(run.variables) ?? getArgumentValues(definition, nodes[0]!, run.variables);
    if (field.age !== undefined) run.restrictAge(this.#ageOf(field.age, args));
    if (resolve) return resolve(source, args, run.context, this.#infoOf(run, field, path));
    if (typeof source !== 'function' && (typeof source !== 'object' || source === null)) return undefined;
    const property = (source as Data)[definition.name];
    if (typeof property !== 'function') return property;
    return property.call(source, args, run.context, this.#infoOf(run, field, path)) as unknown;
  }

  #ageOf(age: FieldAge & {}, args: Data): number {
    if (age !== AGE_OF_ENTITIES) return age;
    return ageOfEntities(this.#schema, args['representations'] as readonly unknown[]);
  }

  #infoOf(
    run: Run,
    { definition, nodes, parentType }: CompiledField,
    path: ResponsePath,
  ): GraphQLResolveInfo {
    return {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path,
      schema: this.#schema,
      fragments: this.#fragments,
      rootValue: undefined,
      operation: this.#operation,
      variableValues: run.variables,
    };
  }

  #fieldsOf(type: GraphQLObjectType, nodes: readonly Pick<FieldNode, 'selectionSet'>[]): CompiledField[] {
    const selectionSets = nodes.map(({ selectionSet }) => selectionSet);
    return [...selectedFields(this.#schema, this.#fragments, type, selectionSets)].flatMap(
      ([name, found]) => {
        const fieldName = found[0]!.name.value;
        const isTypename = fieldName === TypeNameMetaFieldDef.name;
        const definition = isTypename ? TypeNameMetaFieldDef : type.getFields()[fieldName];
        if (!definition) return [];
        return [
          {
            name,
            nodes: found,
            definition,
            parentType: type,
            typename: isTypename ? type.name : null,
            resolve: definition.resolve ?? null,
            age: this.#findsAge && !isTypename ? fieldAge(definition, type === this.#root) : undefined,
            argumentsFrom: compileArguments(definition, found[0]!),
            complete: this.#completeOf(definition.type, found),
          },
        ];
      },
    );
  }

  #completeOf(type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
    if (!isNonNullType(type)) return unlessError(unlessNothing(this.#completeNonNull(type, nodes)));
    return unlessError(neverNull(unlessNothing(this.#completeNonNull(type.ofType, nodes))));
  }

  #completeNonNull(type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
    if (isListType(type)) return listOf(type.ofType, this.#completeOf(type.ofType, nodes));
    if (isLeafType(type)) return leafOf(type);
    if (isObjectType(type)) {
      let fields: readonly CompiledField[] | undefined;
      return (run, _field, path, value) =>
        this.#executeAll(run, (fields ??= this.#fieldsOf(type, nodes)), value, path);
    }
    return this.#completeAbstract(type, nodes);
  }

  #completeAbstract(type: GraphQLAbstractType, nodes: readonly FieldNode[]): Complete {
    const fieldsByType = new Map<string, readonly CompiledField[]>();
    const resolveType = type.resolveType ?? defaultTypeResolver;
    const fieldsFor = (name: unknown): readonly CompiledField[] => {
      const known = fieldsByType.get(name as string);
      if (known) return known;
      const runtimeType = typeof name === 'string' ? this.#schema.getType(name) : undefined;
      if (!isObjectType(runtimeType) || !this.#schema.isSubType(type, runtimeType))
        throw new GraphQLError(`A value of ${type.name} has no type that is one of its own.`, { nodes });
      const fields = this.#fieldsOf(runtimeType, nodes);
      fieldsByType.set(runtimeType.name, fields);
      return fields;
    };
    return (run, field, path, value) => {
      const name = resolveType(value, run.context, this.#infoOf(run, field, path), type);
      if (isPromise(name)) return name.then((found) => this.#executeAll(run, fieldsFor(found), value, path));
      return this.#executeAll(run, fieldsFor(name), value, path);
    };
  }
}

async function settled(object: Data): Promise<Data> {
  const values = await Promise.all(Object.values(object));
  const result: Data = {};
  Object.keys(object).forEach((key, index) => (result[key] = values[index]));
  return result;
}

/** `@skip` and `@include` choose fields by variables; `__proto__` is no name for a property that is assigned. */
function hasConditions(document: DocumentNode): boolean {
  let found = false;
  const isFound = () => {
    found = true;
    return BREAK;
  };
  visit(document, {
    Directive: isFound,
    Field: ({ alias }) => (alias?.value === '__proto__' ? isFound() : undefined),
  });
  return found;
}

/** Whether a type decides which values are its own. */
const choosesTypes = (schema: GraphQLSchema): boolean =>
  Object.values(schema.getTypeMap()).some((type) => isObjectType(type) && type.isTypeOf);

import {
  Kind,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { documentOf, type SelectedOperation } from './selected-operation.ts';

const FIELDS: ReadonlySet<string> = new Set([SchemaMetaFieldDef.name, TypeMetaFieldDef.name]);

/** Whether a field of the query type is about the schema. */
export const isIntrospectionField = ({ name }: FieldNode): boolean => FIELDS.has(name.value);

/**
 * The introspection in an operation, as an operation of its own. @returns null for one without
 *
 * @param selected with its fragments expanded
 */
export function introspectionPart(selected: SelectedOperation): DocumentNode | null {
  if (selected.definition.operation !== OperationTypeNode.QUERY) return null;
  const selectionSet = partOf(selected.definition.selectionSet);
  return selectionSet && documentOf({ ...selected, definition: { ...selected.definition, selectionSet } });
}

function partOf(selectionSet: SelectionSetNode): SelectionSetNode | null {
  const selections = selectionSet.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return isIntrospectionField(selection) ? [selection] : [];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    const part = partOf(selection.selectionSet);
    return part ? [{ ...selection, selectionSet: part }] : [];
  });
  return selections.length === 0 ? null : { ...selectionSet, selections };
}

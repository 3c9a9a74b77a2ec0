/** The document of a mutation of one field. @param type of its input, unless that is named as the field is */
export const mutationOf = (
  field: string,
  members = '',
  type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`,
): string => `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ${members} } }`;

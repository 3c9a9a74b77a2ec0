/** @throws a sentence that names the option */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option} must be a whole number from 1 on, not ${text}.`);
  return value;
}

/** What a report consists of; written as Markdown and as HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | TableBlock
  | { readonly kind: 'plot'; readonly name: string; readonly title: string; readonly svg: string };

/** The first column is text, the others are figures. */
export interface TableBlock {
  readonly kind: 'table';
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const text = (...sentences: readonly string[]): Block => ({ kind: 'text', text: sentences.join(' ') });
export const table = (head: readonly string[], rows: TableBlock['rows']): Block => ({
  kind: 'table',
  head,
  rows,
});

export const plot = (name: string, title: string, svg: string): Block => ({ kind: 'plot', name, title, svg });

/** Empty where there is none. */
export const figure = (value: number | undefined, digits: number): string =>
  value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits);

/** With commas between thousands. */
export const whole = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '' : Math.round(value).toLocaleString('en-US');

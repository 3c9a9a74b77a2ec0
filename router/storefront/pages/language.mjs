import { words } from './words.mjs';

/** Words, numbers, money and moments in the first language of the browser that the page has; else in English. */
const LANGUAGES = ['en', 'ko'];

/** @param {readonly string[]} wanted language tags, the best one first @returns the tag to format by, and its language */
export function chooseLanguage(wanted) {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0];
    if (LANGUAGES.includes(language)) return { tag, language };
  }
  return { tag: 'en', language: 'en' };
}

const { tag, language } = chooseLanguage(globalThis.navigator?.languages ?? []);
const column = LANGUAGES.indexOf(language);

/** @param values by the names in the braces of the text; already formatted */
export const say = (name, values = {}) =>
  words[name][column].replaceAll(/\{(\w+)\}/g, (_, value) => values[value]);

const numbers = new Intl.NumberFormat(tag);
export const number = (value) => numbers.format(value);

/** @param {{ amount: number, currency: string }} money in the smallest unit of its currency */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const moments = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' });
/** @param {string} instant as the API writes it @returns in the time zone of the browser */
export const moment = (instant) => moments.format(new Date(instant));

/** Puts the words into the page: `data-word` names a text, `data-label` a label that is not shown. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-word]'))
    element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll('[data-label]'))
    element.setAttribute('aria-label', say(element.dataset.label));
}

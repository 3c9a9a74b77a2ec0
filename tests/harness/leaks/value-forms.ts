import { createHash } from 'node:crypto';
import { SHORTEST_PATTERN, type Pattern } from './value-search.ts';

/** What a value is. */
export type Kind =
  | 'password'
  | 'code'
  | 'token'
  | 'e-mail address'
  | 'name'
  | 'phone number'
  | 'postal address'
  | 'client address'
  | 'payment token'
  | 'secret';

/** Shorter, a value may be a part of something else by chance. */
const SHORT = 12;
/** Few enough that a plain hash of one can be found by trying: such a hash is as good as the value. */
const GUESSABLE: ReadonlySet<Kind> = new Set([
  'password',
  'code',
  'e-mail address',
  'phone number',
  'client address',
  'payment token',
]);

/** The ways in which a value may be written down. */
export function formsOf(kind: Kind, value: string): Pattern[] {
  const bytes = Buffer.from(value);
  const texts: [form: string, text: string][] = [
    ['', value],
    [' in lower case', value.toLowerCase()],
    [' in JSON', JSON.stringify(value).slice(1, -1)],
    [' in JSON in JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    [' in a URL', encodeURIComponent(value)],
    [' in hexadecimal', bytes.toString('hex')],
    [' in hexadecimal', bytes.toString('hex').toUpperCase()],
    ...base64Of(bytes).map((text): [string, string] => [' in base64', text]),
  ];
  const binary: [form: string, bytes: Buffer][] = kind === 'secret' ? decoded(value) : [];
  if (GUESSABLE.has(kind)) {
    const hash = createHash('sha256').update(value).digest();
    texts.push(
      [' as a plain hash', hash.toString('hex')],
      [' as a plain hash', hash.toString('base64url').slice(0, 40)],
    );
    texts.push([' as a plain hash', hash.toString('base64').slice(0, 40)]);
    binary.push([' as a plain hash', hash.subarray(0, 16)]);
  }
  const forms = new Map<string, Pattern>();
  const put = (form: string, one: Buffer, isWord: boolean) => {
    const key = one.toString('latin1');
    if (one.length >= SHORTEST_PATTERN && !forms.has(key))
      forms.set(key, { bytes: one, label: `${kind}${form}`, isWord });
  };
  for (const [form, text] of texts) put(form, Buffer.from(text), text.length < SHORT);
  for (const [form, one] of binary) put(form, one, false);
  return [...forms.values()];
}

/** At each of the three places that it may have in a longer text, without the characters that it shares with its neighbours. */
function base64Of(bytes: Buffer): string[] {
  if (bytes.length < 6) return [];
  const texts = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = padded.length - (padded.length % 3);
    const text = padded.subarray(0, whole).toString('base64');
    return [text.slice(offset === 0 ? 0 : 4)];
  });
  return texts.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** A key in base64url, as the bytes that it stands for. */
function decoded(value: string): [form: string, bytes: Buffer][] {
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length < 16 || !/^[\w-]+$/.test(value)) return [];
  return [
    [' as bytes', bytes],
    [' as bytes in hexadecimal', Buffer.from(bytes.toString('hex'))],
  ];
}

import { SHORTEST_PATTERN, type Pattern } from './value-search.ts';
import { formsOf, type Kind } from './value-forms.ts';

/** Fields of inputs and answers by which the schema names such values. */
const FIELDS: Readonly<Record<string, Kind>> = {
  password: 'password',
  currentPassword: 'password',
  newPassword: 'password',
  verificationCode: 'code',
  resetCode: 'code',
  accessToken: 'token',
  refreshToken: 'token',
  email: 'e-mail address',
  phoneNumber: 'phone number',
  line1: 'postal address',
  line2: 'postal address',
  postalCode: 'postal address',
  paymentToken: 'payment token',
};
/** In these mutations a name is that of a person; elsewhere it is that of a product, which is public. */
const NAMES_A_PERSON = /\b(signUp|updateProfile)\b/;
const LITERAL = /\b(\w+)\s*:\s*"((?:[^"\\\n]|\\.)*)"/g;
const USED_VARIABLE = /\b(\w+)\s*:\s*\$(\w+)/g;
const SECRET_SETTING = /SECRET|KEY|PASSWORD|TOKENS?$/;

/** Every secret and personal value that a test has used, as its requests, answers and settings show. */
export class SensitiveValues {
  readonly #values = new Map<string, Kind>();

  add(kind: Kind, value: string): void {
    if (value.length >= SHORTEST_PATTERN) this.#values.set(value, kind);
  }

  /** Of an access token, the part that lets it through; its other parts are the same in many. */
  addToken(token: string): void {
    this.add('token', token.split('.').at(-1)!);
  }

  addRequest(query: string, variables: object, token?: string): void {
    if (token !== undefined) this.addToken(token);
    const kinds: Readonly<Record<string, Kind>> = {
      ...FIELDS,
      ...(NAMES_A_PERSON.test(query) ? { name: 'name' } : {}),
    };
    for (const [, field, literal] of query.matchAll(LITERAL)) {
      const kind = Object.hasOwn(kinds, field!) ? kinds[field!] : undefined;
      if (kind) this.#addText(kind, literal!);
    }
    this.#walk(variables, kinds, null);
    for (const [, field, name] of query.matchAll(USED_VARIABLE)) {
      const kind = Object.hasOwn(kinds, field!) ? kinds[field!] : undefined;
      if (kind) this.#walk((variables as Record<string, unknown>)[name!], kinds, kind);
    }
  }

  /** Tokens that were given out. What else an answer has was sent by a client before. */
  addAnswer(data: unknown): void {
    this.#walk(data, { accessToken: 'token', refreshToken: 'token' }, null);
  }

  /** Secrets among the settings of a process, and passwords in its URLs. */
  addSettings(environment: NodeJS.ProcessEnv): void {
    for (const [name, value = ''] of Object.entries(environment)) {
      if (SECRET_SETTING.test(name)) this.addSecret(value);
      if (name === 'ADMIN_EMAIL') this.add('e-mail address', value);
      if (URL.canParse(value)) this.add('secret', decodeURIComponent(new URL(value).password));
    }
  }

  /** A secret in one of the formats that settings have: text, a list of `id:key`, or private keys in JSON. */
  addSecret(text: string): void {
    if (text.startsWith('{')) return this.#addKeySet(text);
    for (const part of text.split(','))
      this.add('secret', part.includes(':') ? part.slice(part.lastIndexOf(':') + 1) : part);
  }

  get size(): number {
    return this.#values.size;
  }

  patterns(): Pattern[] {
    return [...this.#values].flatMap(([value, kind]) => formsOf(kind, value));
  }

  #addKeySet(text: string): void {
    const { keys } = JSON.parse(text) as { keys: Record<string, unknown>[] };
    for (const key of keys)
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
        if (typeof key[part] === 'string') this.add('secret', key[part]);
  }

  #addText(kind: Kind, text: string): void {
    if (kind === 'token') this.addToken(text);
    else this.add(kind, text.trim());
  }

  /** @param kind of everything below; null: by its field's name */
  #walk(value: unknown, kinds: Readonly<Record<string, Kind>>, kind: Kind | null): void {
    if (typeof value === 'string' && kind) this.#addText(kind, value);
    if (typeof value !== 'object' || value === null) return;
    for (const [field, inner] of Object.entries(value))
      this.#walk(inner, kinds, (Object.hasOwn(kinds, field) ? kinds[field] : undefined) ?? kind);
  }
}

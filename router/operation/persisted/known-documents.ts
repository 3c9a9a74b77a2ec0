import { parse, print, type DocumentNode } from 'graphql';
import { documentHash } from './document-hash.ts';
import type { Manifest } from './manifest.ts';
import { countTypenames, printWithoutTypenames, withTypenames } from './typename-fields.ts';

/**
 * The documents of a manifest, each in at most four texts: to the letter, as a client prints it, and with the `__typename` that clients add,
 * also at the root. There are no others, so that a client cannot cause work by variations.
 */
export interface KnownDocuments {
  /** How many documents the manifest has. */
  readonly size: number;
  /** @returns the text to execute for an id of the manifest, or for the SHA-256 of one of the four texts */
  byId(id: string): string | undefined;
  /** @returns the text to execute for a text that a client sent: itself, or where `__typename` was added anywhere, that with all of them */
  byText(text: string): string | undefined;
  /** A name that the document does not have makes it another operation, of which there is no end. */
  has(text: string, operationName: string | null): boolean;
}

interface Known {
  readonly withoutTypenames: string;
  readonly typenames: ReturnType<typeof countTypenames>;
  readonly withTypenames: string;
  readonly withTypenamesAtRoot: string;
}

/** What a client may send is longer than a text of the manifest by layout and `__typename`; longer ones are unknown without a search. */
const GROWTH = 3;

export function knownDocuments(manifest: Manifest): KnownDocuments {
  const texts = new Map<string, { readonly executed: string; readonly name: string | null }>();
  const ids = new Map<string, string>();
  const byOutline = new Map<string, Known[]>();
  let longest = 0;

  const learn = (text: string, executed: string, name: string | null) => {
    if (!texts.has(text)) texts.set(text, { executed, name });
    const hash = documentHash(text);
    if (!ids.has(hash)) ids.set(hash, executed);
  };
  for (const [id, { body }] of manifest) ids.set(id, body);
  // What is in a manifest to the letter comes before what is made of another one.
  for (const { body, name } of manifest.values()) learn(body, body, name);
  for (const { body, name } of manifest.values()) {
    const document = parse(body, { noLocation: true });
    const known = knownOf(document);
    learn(print(document), body, name);
    learn(known.withTypenames, known.withTypenames, name);
    learn(known.withTypenamesAtRoot, known.withTypenamesAtRoot, name);
    longest = Math.max(longest, known.withTypenamesAtRoot.length);
    const outline = outlineOf(known.withoutTypenames);
    byOutline.set(outline, [...(byOutline.get(outline) ?? []), known]);
  }

  return {
    size: new Set([...manifest.values()].map(({ body }) => body)).size,
    byId: (id) => ids.get(id),
    byText: (text) => texts.get(text)?.executed ?? withAdded(text),
    has(text, operationName) {
      const known = texts.get(text);
      return known !== undefined && (operationName === null || operationName === known.name);
    },
  };

  function withAdded(text: string): string | undefined {
    if (text.length > GROWTH * longest || !text.includes('__typename')) return undefined;
    const alike = byOutline.get(outlineOf(text));
    const document = alike && parsed(text);
    if (!document) return undefined;
    const without = printWithoutTypenames(document);
    const typenames = countTypenames(document);
    const known = alike.find((one) => one.withoutTypenames === without && typenames.all > one.typenames.all);
    if (!known) return undefined;
    return typenames.atRoot > 0 ? known.withTypenamesAtRoot : known.withTypenames;
  }
}

/** @returns null for what is not GraphQL */
function parsed(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return null;
  }
}

function knownOf(document: DocumentNode): Known {
  return {
    withoutTypenames: printWithoutTypenames(document),
    typenames: countTypenames(document),
    withTypenames: print(withTypenames(document, { alsoAtRoot: false })),
    withTypenamesAtRoot: print(withTypenames(document, { alsoAtRoot: true })),
  };
}

const ADDED_OR_LAYOUT = /#[^\n\r]*|__typename|[\s,\ufeff]+/g;
const OPERATION_KEYWORD = /^query(?=\{)/;

/** The same for texts that differ in layout and `__typename`: cheap, so that unknown texts are parsed only where one may be known. */
const outlineOf = (text: string): string => text.replace(ADDED_OR_LAYOUT, '').replace(OPERATION_KEYWORD, '');

import { z } from 'zod';
import { listOf } from '../../platform/config/list-of.ts';

/** Which pages of other origins may call from a browser. There are no cookies here, so that no credentials travel by themselves. */
export type AllowedOrigins = (origin: string) => boolean;

/** Browsers resolve `localhost` and every name below it to this machine alone. */
const LOCAL = /^https?:\/\/((?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const WORDS = new Set(['*', 'local', 'none', 'null']);
/** As in RFC 6454, and a slash at the end, which people write and no browser sends; the scheme may be that of an app or an extension. */
const ORIGIN = /^([a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]*]+)(?::\d{1,5})?)\/?$/i;

/** @param setting origins separated by commas; `*`: any; `local`: pages served from this machine; `null`: pages without an origin */
export function allowedOrigins(setting: string): AllowedOrigins {
  const named = new Set(listOf(setting).map((entry) => canonical(entry) ?? entry));
  return (origin) => named.has('*') || named.has(origin) || (named.has('local') && LOCAL.test(origin));
}

/** A setting that `allowedOrigins` takes. */
export const origins = (preset: string) =>
  z
    .string()
    .default(preset)
    .refine((setting) => listOf(setting).every((entry) => canonical(entry) !== null), {
      error:
        'expected origins with their scheme, for example https://shop.example or http://localhost:5173, separated by commas, or local, none or *',
    });

/** @returns the origin as browsers write it: in lower case, without the port that its scheme implies; null when it is none */
function canonical(entry: string): string | null {
  if (WORDS.has(entry)) return entry;
  const written = ORIGIN.exec(entry)?.[1]?.toLowerCase();
  if (written === undefined) return null;
  const isWeb = /^https?:/.test(written);
  if (!isWeb) return written;
  return URL.canParse(written) ? new URL(written).origin : null;
}

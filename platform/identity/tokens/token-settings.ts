import { z } from 'zod';
import { listOf } from '../../config/list-of.ts';

/**
 * Which access tokens are accepted: settings of the router, and of subgraphs with `SUBGRAPH_AUTH=jwt`. Several issuers are separated by
 * commas, and so are, in their order, their key sets and audiences; a single key set or audience is that of all issuers.
 *
 * @param sources words that JWKS_URL may have in the place of a URL; the last is its default, unless there is a URL
 */
export const tokenSettings = (sources: readonly string[], preset: string) => ({
  JWKS_URL: z
    .string()
    .default(preset)
    .refine((text) => listOf(text).length > 0 && listOf(text).every((one) => isSource(one, sources)), {
      error: `expected ${[...sources, 'URLs that start with http:// or https://'].join(', ')}, separated by commas`,
    })
    .refine((text) => text === 'off' || !listOf(text).includes('off'), 'expected off alone'),
  /** Whose tokens are accepted. The user subgraph signs its own as the first. */
  JWT_ISSUER: z.string().default('firstcome'),
  /** For whom they must be made: several for one issuer are separated by spaces; `none`: a token without `aud` is accepted. */
  JWT_AUDIENCE: z.string().default('firstcome'),
  /** The clients that tokens must be made for (`client_id`, `azp`, `cid`, `appid`), where that is checked. */
  JWT_CLIENTS: z.string().default(''),
  /** Claims that hold scopes, also as a path such as `realm_access.roles`. */
  JWT_SCOPE_CLAIMS: z.string().default('scope, scp'),
});

const isSource = (text: string, sources: readonly string[]): boolean =>
  sources.includes(text) || (/^https?:\/\//.test(text) && URL.canParse(text));

import { Agent } from 'undici';
import {
  goodClaims,
  makeToken,
  type TestIssuer,
  type TestKey,
} from '../../platform/identity/tokens/testing/issuer.ts';
import type { RunningHttpServer } from '../../platform/http/server.ts';
import { IDENTITY_SECRETS, type SubgraphName } from '../../router/testing/subgraphs.ts';
import { Service } from '../harness/service.ts';
import type { RecordedRequest } from './recorded-requests.ts';
import { SUBGRAPHS } from './prepared-subgraphs.ts';

/** What a client gets. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export interface SystemOptions {
  /** Of the checkout whose router it is. */
  readonly folder: string;
  readonly startSubgraph: (name: SubgraphName, round: number) => Promise<RunningHttpServer>;
  readonly issuer: TestIssuer;
  readonly supergraphFile: string;
  readonly dataDir: string;
}

/** As if Redis had been lost while the router ran. */
const WITHOUT_STORES = { STORES_WAIT: '0s', REDIS_URL: 'redis://127.0.0.1:9' };

/** A router before three prepared subgraphs. */
export class PreparedSystem {
  readonly #router: Service;
  readonly #subgraphs: readonly RunningHttpServer[];
  readonly #agent = new Agent({ connections: 16 });

  private constructor(router: Service, subgraphs: readonly RunningHttpServer[]) {
    this.#router = router;
    this.#subgraphs = subgraphs;
  }

  static async start(options: SystemOptions, round: number): Promise<PreparedSystem> {
    const subgraphs = await Promise.all(SUBGRAPHS.map((name) => options.startSubgraph(name, round)));
    const closeSubgraphs = () => Promise.all(subgraphs.map((one) => one.close(100)));
    const [user, product, order] = subgraphs.map(({ url }) => `${url}/graphql`);
    const router = await Service.start(
      'router',
      {
        NODE_ENV: 'test',
        LOG_LEVEL: 'info',
        PORT: '0',
        RATE_LIMITS: 'off',
        JWKS_URL: options.issuer.jwksUrl,
        SUPERGRAPH_FILE: options.supergraphFile,
        USER_URL: user,
        PRODUCT_URL: product,
        ORDER_URL: order,
        DATA_DIR: options.dataDir,
        ...IDENTITY_SECRETS,
        ...WITHOUT_STORES,
      },
      { folder: options.folder },
    ).catch(async (error: unknown) => {
      await closeSubgraphs();
      throw error;
    });
    return new PreparedSystem(router, subgraphs);
  }

  /** @param id of the request, which errors show */
  async send(
    { method, url, accept, contentType, body }: RecordedRequest,
    token: string | null,
    id: string,
  ): Promise<Answer> {
    const response = await this.#agent.request({
      origin: this.#router.url,
      method,
      path: url,
      headers: {
        'x-request-id': id,
        ...(accept === undefined ? {} : { accept }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(method === 'GET' ? {} : { body }),
    });
    return {
      status: response.statusCode,
      contentType: String(response.headers['content-type'] ?? ''),
      text: await response.body.text(),
    };
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    await this.#router.stop();
    await Promise.all(this.#subgraphs.map((one) => one.close(100)));
  }
}

/** @returns a token with the rights that the recorded one had; null: there was none */
export function tokenFor({ scopes }: RecordedRequest, key: TestKey): string | null {
  if (scopes === null) return null;
  return scopes === undefined ? 'none' : makeToken(key, { ...goodClaims(), scope: scopes });
}

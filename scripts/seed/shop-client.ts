import { operation } from '../operation.ts';

interface Reply<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** The shop's public API, as any client would use it. */
export class ShopClient {
  readonly #url: string;
  #token = '';

  constructor(graphqlUrl: string) {
    this.#url = graphqlUrl;
  }

  async signIn(email: string, password: string): Promise<void> {
    const { signIn } = await this.execute<{ signIn: { __typename: string; accessToken?: string } }>(
      operation('SignIn'),
      { input: { email, password } },
    );
    if (!signIn.accessToken) throw new Error(`signing in as ${email} was answered with ${signIn.__typename}`);
    this.#token = signIn.accessToken;
  }

  /** @throws with the fault's message */
  async execute<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await this.#send(JSON.stringify({ query, variables }));
    const reply = (await response.json().catch(() => ({}))) as Reply<Data>;
    if (reply.errors?.[0] || !reply.data)
      throw new Error(
        reply.errors?.[0]?.message ?? `${this.#url} answered HTTP ${response.status}, and no GraphQL`,
      );
    return reply.data;
  }

  /**
   * One mutation with one input, whose answer is a union.
   *
   * @throws a sentence when it is another member of the union than this
   */
  async expect<Answer>(member: string, mutation: string, input: object): Promise<Answer> {
    const data = await this.execute<Record<string, { readonly __typename: string }>>(mutation, { input });
    const [[field, answer]] = Object.entries(data) as [[string, { readonly __typename: string }]];
    if (answer.__typename !== member) throw new Error(`${field} was answered with ${answer.__typename}`);
    return answer as Answer;
  }

  async #send(body: string): Promise<Response> {
    try {
      return await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        },
        body,
        signal: AbortSignal.timeout(15_000),
      });
    } catch (error) {
      throw new Error(`No shop answers at ${this.#url}`, { cause: error });
    }
  }
}

import { REFRESH_SESSION, type RefreshData } from './operations.ts';

/** The session of one page: a refresh token works once, so one refresh serves all operations that wait for it. */
export class PageSession {
  accessToken: string;
  refreshes = 0;
  readonly #url: string;
  #refreshToken: string;
  #refreshing: Promise<string> | null = null;

  constructor(url: string, tokens: { readonly accessToken: string; readonly refreshToken: string }) {
    this.#url = url;
    this.accessToken = tokens.accessToken;
    this.#refreshToken = tokens.refreshToken;
  }

  get authorization(): string {
    return `Bearer ${this.accessToken}`;
  }

  /** @returns the new access token @throws when the session has ended */
  refresh(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<string> {
    this.refreshes += 1;
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: REFRESH_SESSION,
        variables: { input: { refreshToken: this.#refreshToken } },
      }),
    });
    const { data } = (await response.json()) as { data: RefreshData };
    if (data.refreshSession.__typename !== 'Session') throw new Error('The session has ended.');
    this.#refreshToken = data.refreshSession.refreshToken;
    this.accessToken = data.refreshSession.accessToken;
    return this.accessToken;
  }
}

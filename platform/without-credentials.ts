/** @returns a URL as it may be logged: without user name, password and query */
export function withoutCredentials(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

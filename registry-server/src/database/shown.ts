/** Where data lies, without the password and the query, which may hold one too. */
export function shownDatabase(url: string): string {
  if (url.startsWith("sqlite:")) return url.slice("sqlite:".length);
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL, database "${pathname.slice(1)}" on ${hostname}${port === "" ? "" : ` port ${port}`}`;
}

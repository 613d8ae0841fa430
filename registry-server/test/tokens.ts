import type { Database } from "../src/database/database.ts";
import type { TokenScope } from "../src/database/schema.ts";
import { insertToken } from "../src/tokens/store.ts";
import { hashToken, newToken } from "../src/tokens/token.ts";

/** Adds a token with the scopes a test wants. Returns the header that shows it. */
export async function addToken(
  database: Database,
  name: string,
  scopes: TokenScope[],
): Promise<{ Authorization: string }> {
  const token = newToken();
  const now = "2026-01-01T00:00:00.000Z";
  await database.write((tx) => insertToken(tx, { name, hash: hashToken(token), scopes }, now));
  return { Authorization: `Bearer ${token}` };
}

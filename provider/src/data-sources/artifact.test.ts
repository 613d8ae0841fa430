import { expect, test } from "vitest";
import { Diagnostics } from "../framework/diagnostics.ts";
import { artifact } from "./artifact.ts";

test.each([
  ["hashicorp/Web", /^The artifact in "hashicorp\/Web" cannot be used: a name has .*\.$/],
  ["Hashicorp/web", /^The namespace in "Hashicorp\/web" cannot be used: a name has .*\.$/],
  ["a/b/c", /^"a\/b\/c" does not name an artifact; .*\.$/],
])("says in a sentence what is wrong with the name %s", (name, detail) => {
  const config = { name } as Parameters<NonNullable<typeof artifact.validate>>[0];
  const given = { ...config, channel: null, version: null, constraint: null, fingerprint: null };
  expect(() => artifact.validate?.(given, new Diagnostics())).toThrow(
    expect.objectContaining({
      summary: "Invalid name",
      detail: expect.stringMatching(detail),
      path: ["name"],
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { isName, parseReference } from "./reference.ts";

test("reads a namespace and an artifact", () => {
  const reference = parseReference("hashicorp/web-1.2_x");
  expect(reference).toMatchObject({ namespace: "hashicorp", artifact: "web-1.2_x" });
  expect(`${reference}`).toBe("hashicorp/web-1.2_x");
});

test("takes the default namespace only where there is none", () => {
  expect(`${parseReference("web", "acme")}`).toBe("acme/web");
  expect(`${parseReference("hashicorp/web", "acme")}`).toBe("hashicorp/web");
});

test.each([
  ["web", "has no namespace"],
  ["a/b/c", "does not name an artifact"],
  ["", "has no namespace"],
  ["Hashi/web", "the namespace in"],
  ["hashicorp/", "the artifact in"],
  ["hashicorp/..", "the artifact in"],
  ["hashicorp/we b", "the artifact in"],
  [`a/${"x".repeat(64)}`, "the artifact in"],
])("refuses %j and says which part is wrong", (text, sentence) => {
  expect(() => parseReference(text)).toThrow(sentence);
});

test("reads back what it prints", () => {
  const name = fc.string({ minLength: 1, maxLength: 70 }).filter(isName);
  fc.assert(
    fc.property(name, name, (namespace, artifact) => {
      expect(parseReference(`${namespace}/${artifact}`)).toMatchObject({ namespace, artifact });
    }),
  );
});

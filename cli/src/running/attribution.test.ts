import type { SignedBuild } from "@waybill/registry-client/run-directory";
import { expect, it } from "vitest";
import { Attribution } from "./attribution.ts";

const signed = (build: string, source: string, artifact = "acme/web"): SignedBuild => {
  const [builder_type = "", source_name = ""] = source.split(".");
  return { artifact, build, builder_type, source_name, values: { fingerprint: "f" } };
};

function knowing(...targets: string[]): Attribution {
  const attribution = new Attribution();
  for (const target of targets) attribution.learn(target);
  return attribution;
}

it.each([
  { target: "file.web", how: "of a template without named blocks" },
  { target: "block.file.web", how: "of a block with a name" },
  { target: "web", how: "of a JSON template" },
])("a build $how is found by its source", ({ target }) => {
  const web = signed("anything", "file.web");
  expect(knowing(target, "file.other").targetOf(web, false)).toBe(target);
  expect(knowing("file.other", "xfile.web").targetOf(web, true)).toBeUndefined();
});

it("of two builds of one source, one is found by its name, or by what its post-processor says", () => {
  const attribution = knowing("a.file.web", "b.file.web");
  expect(attribution.targetOf(signed("b.file.web", "file.web"), false)).toBe("b.file.web");

  const [first, second] = [
    signed("file.web", "file.web", "acme/a"),
    signed("file.web", "file.web", "acme/b"),
  ];
  expect(attribution.targetOf(first, true)).toBeUndefined();
  attribution.claim("b.file.web", "acme/b", "file.web");
  expect(attribution.targetOf(second, false)).toBe("b.file.web");
  expect(attribution.targetOf(first, false)).toBeUndefined();
  expect(attribution.targetOf(first, true)).toBe("a.file.web");
});

it("a source with a name of its own in its block is found by what its post-processor says", () => {
  const attribution = knowing("file.renamed");
  const web = signed("file.web", "file.web");
  expect(attribution.targetOf(web, true)).toBeUndefined();
  attribution.claim("file.renamed", "acme/web", "file.web");
  expect(attribution.targetOf(web, false)).toBe("file.renamed");
});

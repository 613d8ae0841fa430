import { expect, test } from "vitest";
import { asParent, findParents } from "./parents.ts";

const read = (number: number, external_ids: string[], channel = "", warnings: string[] = []) => ({
  artifact: "hashicorp/base",
  number,
  fingerprint: `f${number}`,
  external_ids,
  warnings,
  channel,
});
const other = { ...read(1, ["ami-9"]), artifact: "hashicorp/other" };
const built = (source?: string, labels: Record<string, string> = {}) => [
  { platform: "aws", region: "r", external_id: "ami-1", labels, ...(source && { source_image_id: source }) },
];

test("the version that the source image belongs to is the parent", () => {
  const base = read(3, ["ami-0", "ami-00"]);
  expect(findParents(built("ami-0"), [base, other])).toEqual([base]);
  expect(findParents(built("ami-elsewhere"), [base, other])).toEqual([]);
});

test("without a source, all that the run read are parents", () => {
  expect(findParents(built(), [read(3, ["ami-0"]), read(2, ["ami-2"]), other])).toHaveLength(3);
});

test("a version that was read for each region is one parent, whichever region was built on", () => {
  const reads = [read(3, ["ami-us"], "latest", ["old"]), read(3, ["ami-eu"], "", ["old"]), other];
  for (const source of ["ami-us", "ami-eu"]) {
    const parents = findParents(built(source), reads);
    expect(parents.map(asParent)).toEqual([{ artifact: "hashicorp/base", version: 3, channel: "latest" }]);
    expect(parents[0]?.warnings).toEqual(["old"]);
  }
});

test("a channel that somebody chose says more than latest, in whatever order they were read", () => {
  const reads = [read(3, ["ami-0"], "latest"), read(3, ["ami-0"], "production"), read(3, ["ami-0"])];
  for (const order of [reads, reads.toReversed()]) {
    expect(findParents(built("ami-0"), order).map(asParent)).toEqual([
      { artifact: "hashicorp/base", version: 3, channel: "production" },
    ]);
  }
});

test.for<[source: string, externalId: string, same: boolean]>([
  ["base-20260131", "https://www.googleapis.com/compute/v1/projects/acme/global/images/base-20260131", true],
  ["20260131", "https://www.googleapis.com/compute/v1/projects/acme/global/images/base-20260131", false],
  ["docker.io/library/base@sha256:ab", "registry.example.com/base@sha256:ab", true],
  ["sha256:ab", "registry.example.com/base@sha256:ab", true],
  ["registry.example.com/base@sha256:cd", "registry.example.com/base@sha256:ab", false],
])("a builder's %s and the image %s are the same: %s", ([source, externalId, same]) => {
  expect(findParents(built(source), [read(3, [externalId])])).toHaveLength(same ? 1 : 0);
});

test("a container's source is known by the digest that Docker tells beside its id", () => {
  const [image] = built("sha256:local", { SourceImageDigest: "base@sha256:ab" });
  expect(image && findParents([image], [read(3, ["base@sha256:ab"])])).toHaveLength(1);
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  madeFile,
  problem,
  registry,
  run,
  spool,
  useRegistryAndSpool,
  waiting,
} from "../../test/publishing.ts";

// What comes with a build besides its report: documents, channels, parents, the output.
useRegistryAndSpool();

/** Everything but the answers to some requests is as usual. */
function answering(part: string, answer: { status: number; body: unknown }) {
  registry.answerWith(({ path }) => (path.includes(part) ? answer : undefined));
}

const withChannels = { values: { fingerprint: "f-1", semver: "", description: "", channels: ["staging"] } };

test("channels are assigned when the version is complete, and not before", async () => {
  answering("/channels/", problem(404, "channel_not_found"));
  await run({ rollCall: { ...withChannels, builds: ["amazon-ebs.web", "other"] } });
  expect(registry.seen.some(({ path }) => path.includes("/channels/"))).toBe(false);

  registry.answerWith(({ path, method }) => {
    if (!path.includes("/channels/")) return undefined;
    return method === "PUT" ? { status: 201, body: { revision: 1 } } : problem(404, "channel_not_found");
  });
  const { text, machine } = await run({ rollCall: { ...withChannels, build: "other" } });
  expect(text).toContain("hashicorp/web: channel staging is at version 1");
  expect(machine).toContainEqual(["hashicorp/web", "staging", "1"]);
});

test("a channel that its rules or the token keep where it is costs a warning", async () => {
  registry.answerWith(({ path, method }) => {
    if (!path.includes("/channels/")) return undefined;
    return method === "PUT" ? problem(403, "forbidden") : problem(404, "channel_not_found");
  });
  const { failure, text } = await run({ rollCall: withChannels });
  expect(failure).toBeUndefined();
  expect(text).toContain("version 1 is complete");
  expect(text).toMatch(/warning: channel staging of hashicorp\/web was not assigned: .*forbidden/);
  expect(await waiting()).toEqual([]);
});

test("a channel that cannot be assigned now waits with its build", async () => {
  answering("/channels/", problem(503, "unavailable"));
  await run({ rollCall: withChannels });
  expect(await waiting()).toMatchObject([{ channels: ["staging"] }]);
});

test("documents are attached after the report, and one that the registry refuses costs a warning", async () => {
  const { source } = await madeFile("{}");
  answering("/documents/", problem(409, "too_many_documents"));
  const { failure, text } = await run({ options: { documents: [source] } });
  expect(failure).toBeUndefined();
  expect(registry.seen.at(-1)).toMatchObject({ method: "PUT", body: "{}" });
  expect(registry.seen.at(-1)?.path).toMatch(/\/builds\/amazon-ebs\.web\/documents\/web\.qcow2$/);
  expect(text).toMatch(
    /warning: document web\.qcow2 of hashicorp\/web was not attached: .*too_many_documents/,
  );
});

test("documents wait with their build, and must stay where they are", async () => {
  const { source } = await madeFile("{}");
  answering("/documents/", problem(503, "unavailable"));
  const { text } = await run({ options: { documents: [source] } });
  expect(text).toContain(`must stay where they are: ${source}.`);
  expect(await waiting()).toMatchObject([{ documents: [{ name: "web.qcow2", source }] }]);
});

test("the output is written with the number of the version, or without when the build waits in the spool", async () => {
  const output = join(spool, "out", "images.json");
  registry.answerWith(() => problem(503, "unavailable"));
  await run({ options: { output } });
  const read = async () => JSON.parse(await readFile(output, "utf8"))["hashicorp/web"];
  expect(await read()).toMatchObject({ fingerprint: "f-1", version: null });
  registry.answerWith(undefined);
  expect((await run({ options: { output } })).text).toContain(
    `Wrote the images of amazon-ebs.web to ${output}`,
  );
  expect(await read()).toMatchObject({
    version: 1,
    builds: { "amazon-ebs.web": { artifact_type: "amazon.ami", images: [{ external_id: "ami-1" }] } },
  });
});

test("parents of the template take the place of what data sources read", async () => {
  const parents = [
    { artifact: "base", version: "7" },
    { artifact: "acme/base", fingerprint: "f" },
    { artifact: "gone", version: "<unknown>" },
  ];
  answering("/acme/base/", problem(404, "artifact_not_found"));
  const { text, failure } = await run({ options: { parents } });
  const report = registry.seen.find(({ method }) => method === "PUT");
  expect(JSON.parse(report?.body ?? "").parents).toEqual([
    { artifact: "hashicorp/base", version: 7 },
    { artifact: "acme/base", fingerprint: "f" },
  ]);
  expect(text).toContain("parents[2] was left out");
  expect(failure).toBeUndefined();
  expect(text).toContain(
    "warning: the parent acme/base with fingerprint f is not in the registry; it is recorded",
  );
  expect(text).not.toContain("parent hashicorp/base");
});

test("with on_error = fail, what is on record already is kept, and the rest waits", async () => {
  answering("/channels/", problem(503, "unavailable"));
  const { failure } = await run({ options: { on_error: "fail" }, rollCall: withChannels });
  expect(failure).toBeUndefined();
  expect(await waiting()).toMatchObject([{ channels: ["staging"] }]);
});

import { writeFile } from "node:fs/promises";
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

useRegistryAndSpool();

test("opens the version for the roll call, then reports the build", async () => {
  const { failure, text, machine } = await run({
    rollCall: {
      builds: ["amazon-ebs.web", "file.b"],
      values: { fingerprint: "f-1", semver: "1.2.0", description: "", latest: false, channels: [] },
    },
  });
  expect(failure).toBeUndefined();
  const [open, report] = registry.seen;
  expect(JSON.parse(open?.body ?? "")).toEqual({
    fingerprint: "f-1",
    semver: "1.2.0",
    latest: false,
    expected_builds: ["amazon-ebs.web", "file.b"],
  });
  expect(report?.path).toMatch(/fingerprint%3Af-1\/builds\/amazon-ebs\.web$/);
  expect(text).toContain("hashicorp/web: reported build amazon-ebs.web (1 of 2)");
  expect(text).toContain("still waits for file.b");
  expect(machine).toEqual([["hashicorp/web", "amazon-ebs.web", "f-1"]]);
});

test("says when the version is complete and where to read it", async () => {
  const { text, machine } = await run();
  expect(text).toContain("hashicorp/web: version 1 is complete (latest)");
  expect(text).toContain(`${registry.address}/v1/artifacts/hashicorp/web/versions/1`);
  expect(machine).toContainEqual(["hashicorp/web", "1", "f-1"]);
});

test("expected_builds of the template win over the roll call", async () => {
  await run({ options: { expected_builds: ["amazon-ebs.web", "elsewhere"] } });
  expect(JSON.parse(registry.seen[0]?.body ?? "").expected_builds).toEqual(["amazon-ebs.web", "elsewhere"]);
});

test("with the registry unable, the build goes into the spool and the user is told what to type", async () => {
  registry.answerWith(() => problem(500, "internal"));
  const { failure, text, machine } = await run();
  expect(failure).toBeUndefined();
  expect(text).toMatch(/NOT PUBLISHED YET.*\n.*is kept.*\n.*waybill spool send/);
  const [record] = await waiting();
  expect(record).toMatchObject({
    artifact: "hashicorp/web",
    open: { fingerprint: "f-1", expected_builds: ["amazon-ebs.web"] },
    build: { name: "amazon-ebs.web", report: { images: [{ external_id: "ami-1" }] } },
  });
  expect(machine.map(([artifact]) => artifact)).toEqual(["hashicorp/web", "hashicorp/web"]);
});

test("a mistake of our own costs no record", async () => {
  registry.answerWith(({ method }) =>
    method === "PUT" ? { status: 200, body: { build: {}, version: {} } } : undefined,
  );
  const { failure, text } = await run();
  expect(failure).toBeUndefined();
  expect(text).toContain("NOT PUBLISHED YET");
  expect(await waiting()).toMatchObject([{ build: { report: { images: [{ external_id: "ami-1" }] } } }]);
});

test("a version that is gone when its build is reported costs no record", async () => {
  registry.answerWith(({ method }) => (method === "PUT" ? problem(404, "version_not_found") : undefined));
  const { failure } = await run();
  expect(failure).toBeUndefined();
  expect(await waiting()).toHaveLength(1);
});

test("what waits is sent before what is new", async () => {
  registry.answerWith(() => problem(500, "internal"));
  await run({ rollCall: { values: { fingerprint: "older", semver: "", description: "", channels: [] } } });
  registry.answerWith(undefined);
  registry.seen.length = 0;
  const { text } = await run();
  const fingerprints = registry.seen
    .filter(({ method }) => method === "POST")
    .map(({ body }) => JSON.parse(body));
  expect(fingerprints).toMatchObject([{ fingerprint: "older", latest: "if_newer" }, { fingerprint: "f-1" }]);
  expect(text).toContain("sent build amazon-ebs.web from the spool");
  expect(await waiting()).toEqual([]);
});

test("what the registry remarks on a build from the spool is shown", async () => {
  registry.answerWith(() => problem(500, "internal"));
  await run();
  registry.answerWith(({ method, body }) => {
    const warnings = [{ code: "not_latest", message: "Version 1 stays latest." }];
    const version = {
      artifact: "hashicorp/web",
      state: "complete",
      number: 2,
      fingerprint: "f-1",
      latest: false,
    };
    const whole = { ...version, expected_builds: [], missing_builds: [], builds: [], warnings };
    if (!body.includes("if_newer") && method === "POST") return undefined;
    return { status: 200, body: method === "PUT" ? { build: {}, version: whole } : whole };
  });
  expect((await run()).text).toContain("warning: Version 1 stays latest.");
});

test("what is new does not overtake what cannot be sent", async () => {
  registry.answerWith(() => problem(500, "internal"));
  await run({ rollCall: { values: { fingerprint: "older", semver: "", description: "", channels: [] } } });
  registry.seen.length = 0;
  await run();
  expect(registry.seen.every(({ body }) => body.includes("older"))).toBe(true);
  expect((await waiting()).map(({ open }) => open.fingerprint).sort()).toEqual(["f-1", "older"]);
});

test("a conflict shows what the registry has and what was made, and nothing is put into the spool", async () => {
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-old" }];
  registry.answerWith(({ method }) =>
    method === "PUT" ? problem(409, "version_complete", { images }) : undefined,
  );
  const { failure } = await run();
  expect(failure).toMatch(/says version_complete\n.*ami-old\n.*ami-1/);
  expect(await waiting()).toEqual([]);
});

test("a token that is refused does not cost the record", async () => {
  registry.answerWith(() => problem(401, "unauthorized"));
  const { failure, text } = await run({ options: { token: "wbl_secret" } });
  expect(failure).toBeUndefined();
  expect(text).not.toContain("wbl_secret");
  const [record] = await waiting();
  expect(record.reason).toContain("unauthorized");
  expect(JSON.stringify(record)).not.toContain("wbl_secret");
});

test("what something else than a registry answers does not cost the record", async () => {
  registry.answerWith(() => ({ status: 400, body: { error: "Bad gateway configuration" } }));
  const { failure } = await run();
  expect(failure).toBeUndefined();
  expect((await waiting())[0].reason).toContain("which no Waybill registry sends");
});

test("with on_error = fail a build that Packer destroys leaves no record", async () => {
  registry.answerWith(() => problem(500, "internal"));
  const { failure } = await run({ options: { on_error: "fail" } });
  expect(failure).toContain("says internal");
  expect(await waiting()).toEqual([]);
});

test("an interrupted publication goes into the spool at once", async () => {
  const { failure, text } = await run({}, AbortSignal.abort());
  expect(failure).toBeUndefined();
  expect(text).toContain("Packer was interrupted");
  expect(registry.seen).toEqual([]);
  expect(await waiting()).toHaveLength(1);
});

test("a spool that cannot be used does not keep a build from being published", async () => {
  const { failure, text } = await run({}, undefined, { WAYBILL_SPOOL_DIR: await aFile() });
  expect(failure).toBeUndefined();
  expect(text).toMatch(/warning: the spool .* cannot be sent.*version 1 is complete/s);
});

test("a spool that cannot be written is said together with the first reason", async () => {
  registry.answerWith(() => problem(500, "internal"));
  const { failure } = await run({}, undefined, { WAYBILL_SPOOL_DIR: await aFile() });
  expect(failure).toMatch(/says internal; and it could not be put into the spool .*no-directory/);
  expect(failure).toContain(
    "type: waybill publish hashicorp/web --fingerprint f-1 --expect amazon-ebs.web --build amazon-ebs.web " +
      "--type amazon.ami --platform aws --image us-east-1=ami-1",
  );
});

test("what the command to type cannot say is named with it", async () => {
  registry.answerWith(() => problem(500, "internal"));
  const values = { fingerprint: "f-1", semver: "", description: "", channels: ["staging", "dev"] };
  const change = { rollCall: { builds: ["amazon-ebs.web"], values } };
  const { failure } = await run(change, undefined, { WAYBILL_SPOOL_DIR: await aFile() });
  expect(failure).toContain("It leaves out the channels staging, dev (waybill channels assign).");
});

async function aFile(): Promise<string> {
  const path = join(spool, "no-directory");
  await writeFile(path, "");
  return path;
}

test("an address that cannot be used is named", async () => {
  await expect(run({ options: { address: "ftp://x" } })).rejects.toThrow(/address/);
});

test("another setting that is wrong in the environment is named, and costs no record", async () => {
  const { failure, text } = await run({}, undefined, { WAYBILL_TIMEOUT: "2h" });
  expect(failure).toBeUndefined();
  expect(text).toContain("WAYBILL_TIMEOUT");
  expect(await waiting()).toMatchObject([{ artifact: "hashicorp/web", open: { fingerprint: "f-1" } }]);
  expect(registry.seen).toEqual([]);
});

test("files of the template are uploaded before their build is reported, once", async () => {
  const { source, sha256 } = await madeFile("disk");
  const first = await run({ options: { files: [source] } });
  expect(registry.stored.get(sha256)).toBe("disk");
  expect(registry.seen.map(({ method, path }) => `${method} ${path.split("/").at(-2)}`)).toEqual([
    "POST web",
    "GET files",
    "PUT files",
    "PUT builds",
  ]);
  const { files } = JSON.parse(registry.seen.at(-1)?.body ?? "");
  expect(files).toEqual([{ path: source.slice(1), size: 4, sha256, stored: true }]);
  expect(first.text).toContain(`Uploading ${source.slice(1)} (4 B)\nUploaded ${source.slice(1)} (4 B)`);
  expect((await run({ options: { files: [source] } })).text).toContain(
    `The registry has ${source.slice(1)} already`,
  );
});

test("a file that cannot be uploaded now waits with its build, and is uploaded with it", async () => {
  const { source, sha256 } = await madeFile("disk");
  registry.answerWith(({ path, method }) =>
    method === "PUT" && path.includes("/files/") ? problem(503, "unavailable") : undefined,
  );
  const { failure, text } = await run({ options: { files: [source] } });
  expect(failure).toBeUndefined();
  expect(text).toContain(`must stay where they are: ${source}.`);
  expect(await waiting()).toMatchObject([{ uploads: [{ path: source.slice(1), source }] }]);
  registry.answerWith(undefined);
  const next = await run({ rollCall: { build: "other", builds: ["amazon-ebs.web", "other"] } });
  expect(next.text).toContain(`Uploaded ${source.slice(1)}`);
  expect(registry.stored.get(sha256)).toBe("disk");
  expect(await waiting()).toEqual([]);
});

test("a build for which there is no room now waits for it", async () => {
  const { source } = await madeFile("disk");
  registry.answerWith(({ path }) => (path.includes("/files/") ? problem(409, "quota_exceeded") : undefined));
  const { failure, text } = await run({ options: { files: [source] } });
  expect(failure).toBeUndefined();
  expect(text).toContain("NOT PUBLISHED YET");
  expect(await waiting()).toHaveLength(1);
});

test("an interrupted upload is put aside with its build", async () => {
  const { source } = await madeFile("disk");
  const interruption = new AbortController();
  registry.answerWith(({ path }) => {
    if (path.includes("/files/")) interruption.abort();
    return undefined;
  });
  await run({ options: { files: [source] } }, interruption.signal);
  expect(await waiting()).toMatchObject([{ reason: "Packer was interrupted", uploads: [{ source }] }]);
});

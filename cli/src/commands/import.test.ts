import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();

const uuid = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;

/** An entry as Packer writes it. */
const entry = (of: number, more: Record<string, unknown> = {}) => ({
  name: "web",
  builder_type: "amazon-ebs",
  build_time: 1_700_000_000 + of * 3600,
  files: null,
  artifact_id: `us-east-1:ami-${of},eu-west-1:ami-${of}e`,
  packer_run_uuid: uuid(of),
  custom_data: null,
  ...more,
});

async function manifest(...builds: unknown[]): Promise<{ cwd: string }> {
  const cwd = scratch();
  const last = (builds.at(-1) as { packer_run_uuid?: string } | null)?.packer_run_uuid;
  await writeFile(
    join(cwd, "packer-manifest.json"),
    JSON.stringify({ builds, last_run_uuid: last }, null, 2),
  );
  return { cwd };
}

/** Runs the import of what `manifest` wrote. */
const take = (where: { cwd: string }, ...args: string[]) =>
  run(["import", "packer-manifest.json", ...args], where);

test("every run becomes a version, in the order of the manifest, and importing again publishes nothing", async () => {
  const where = await manifest(
    entry(1, { custom_data: { kernel: "6.1" } }),
    entry(1, { name: "db", artifact_id: "us-east-1:ami-db" }),
    entry(3),
    entry(2),
  );
  const rows = (outcome: string) =>
    [1, 3, 2].map(
      (of, index) =>
        `${outcome}\torder/web\t${outcome === "would be published" ? "" : index + 1}\t${uuid(of)}\t${
          of === 1 ? "amazon-ebs.web, amazon-ebs.db" : "amazon-ebs.web"
        }\n`,
    );
  const dry = await take(where, "--artifact", "order/web", "--dry-run");
  expect(dry).toEqual({ code: 0, stdout: rows("would be published").join(""), stderr: "" });
  expect((await run(["artifacts", "show", "order/web"])).code).toBe(1);

  const first = await take(where, "--artifact", "order/web");
  expect(first).toEqual({ code: 0, stdout: rows("published").join(""), stderr: expect.any(String) });
  const version = await run.client().getVersion("order/web", 1);
  expect(version).toMatchObject({
    fingerprint: uuid(1),
    builds: [
      {
        name: "amazon-ebs.web",
        artifact_type: "amazon.ami",
        metadata: { kernel: "6.1" },
        images: [
          { platform: "aws", region: "us-east-1", external_id: "ami-1" },
          { platform: "aws", region: "eu-west-1", external_id: "ami-1e" },
        ],
        provenance: {
          builder_type: "amazon-ebs",
          packer_run_uuid: uuid(1),
          imported_from: "packer-manifest.json",
        },
        ended_at: "2023-11-14T23:13:20.000Z",
      },
      { name: "amazon-ebs.db", images: [{ external_id: "ami-db" }] },
    ],
  });
  // The run that ended last is the latest, not the one that stands last.
  expect((await run.client().getArtifact("order/web")).latest).toBe(2);

  const { items } = await run.client().events.list({ artifact: "order/web" });
  expect(await take(where, "--artifact", "order/web")).toEqual({
    code: 0,
    stdout: rows("there already").join(""),
    stderr: "",
  });
  expect((await run.client().events.list({ artifact: "order/web" })).items).toHaveLength(items.length);
});

test("an artifact is called as its source in the namespace, or as --map says", async () => {
  const where = await manifest(
    entry(1),
    entry(1, { name: "db" }),
    entry(1, { name: "db", builder_type: "docker" }),
  );
  const named = await take(where, "--namespace", "naming", "--dry-run");
  expect(named.stdout.split("\n").map((row) => row.split("\t")[1])).toEqual([
    "naming/web",
    "naming/db",
    undefined,
  ]);
  const mapped = await take(
    where,
    ...[
      "--artifact",
      "naming/all",
      "--map",
      "db=naming/data",
      "--map",
      "docker.db=naming/container",
      "--dry-run",
    ],
  );
  expect(mapped.stdout.split("\n").map((row) => row.split("\t")[1])).toEqual([
    "naming/all",
    "naming/data",
    "naming/container",
    undefined,
  ]);
  const misnamed = await take(await manifest(entry(1, { name: "My Web" })), "--namespace", "naming");
  expect(misnamed.stderr).toContain(
    "--map 'My Web=<namespace/artifact>'; an artifact cannot be called as this source",
  );
  const stranger = await take(where, "--artifact", "a/b", "--map", "shop=naming/shop");
  expect(stranger).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("amazon-ebs.web, amazon-ebs.db"),
  });
  const nameless = await take(where);
  expect(nameless).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--map 'web=<namespace/artifact>'"),
  });
});

test("files are recorded where they still are those of the build, and uploaded when asked", async () => {
  const box = { name: "out/web.qcow2", size: 4 };
  const qemu = (of: number, ...files: unknown[]) =>
    entry(of, { builder_type: "qemu", artifact_id: "VM", files });
  const where = await manifest(
    qemu(1, box),
    qemu(2, box, { name: "gone.img", size: 1 }),
    qemu(3, { name: "grown.img", size: 1 }),
  );
  await writeFile(join(where.cwd, "grown.img"), "longer");
  await mkdir(join(where.cwd, "out"));
  await writeFile(join(where.cwd, box.name), "disk");
  const sha256 = createHash("sha256").update("disk").digest("hex");

  const recorded = await take(where, "--artifact", "files/box");
  expect(recorded.code).toBe(0);
  expect(recorded.stdout).toBe(`published\tfiles/box\t1\t${uuid(2)}\tqemu.web\n`);
  expect(recorded.stderr).toContain(
    `qemu.web of ${uuid(1)}: out/web.qcow2 was written again by a later build`,
  );
  expect(recorded.stderr).toContain("gone.img is not there any more");
  expect(recorded.stderr).toContain("grown.img has 6 bytes now, and had 1");
  const { files } = await run.client().resolve({ artifact: "files/box" });
  expect(files).toMatchObject([{ path: "out/web.qcow2", size: 4, sha256, stored: false }]);

  expect((await take(where, "--artifact", "files/stored", "--upload")).code).toBe(0);
  const stored = await run.client().resolve({ artifact: "files/stored" });
  expect(stored.files).toMatchObject([{ path: "out/web.qcow2", sha256, stored: true }]);
});

test("what is broken is told, and does not keep the rest from being taken over", async () => {
  const where = await manifest(
    entry(1, { packer_run_uuid: "" }),
    entry(2, { files: [{ name: "x" }], build_time: "now" }),
    null,
    entry(4),
    entry(5, { builder_type: "null", artifact_id: "Null" }),
    entry(5, { artifact_id: "us-east-1:nonsense" }),
    entry(6, { custom_data: { long: "x".repeat(5000) } }),
    entry(7),
  );
  const { code, stdout, stderr } = await take(where, "--artifact", "broken/web", "--json");
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    versions: [
      { outcome: "published", number: 1, fingerprint: uuid(4) },
      { outcome: "refused", number: null, fingerprint: uuid(6) },
      { outcome: "published", number: 2, fingerprint: uuid(7) },
    ],
    left_out: [
      { entry: `null.web of ${uuid(5)}`, reason: "it made neither an image nor a file" },
      { entry: `amazon-ebs.web of ${uuid(5)}`, reason: expect.stringContaining('"us-east-1:nonsense"') },
    ],
    broken: [
      { entry: "entry 1 (web)", reason: expect.stringMatching(/^packer_run_uuid must be the id of the run/) },
      {
        entry: "entry 2 (web)",
        reason: expect.stringMatching(/^build_time must be a time.*; files must be/),
      },
      { entry: "entry 3", reason: "it must be an object" },
    ],
  });
  expect(stderr).toContain("4 of what packer-manifest.json has could not be taken over");
});

test("an import that broke off is finished by the next one", async () => {
  const builds = [entry(1), entry(2)];
  await take(await manifest(...builds.slice(0, 1)), "--artifact", "twice/web");
  const { stdout } = await take(await manifest(...builds), "--artifact", "twice/web");
  expect(stdout.split("\n").map((row) => row.split("\t")[0])).toEqual(["there already", "published", ""]);
});

test("without times, what is there already stays the latest", async () => {
  await run(["publish", "undated/web", ...publication("newer", "=ami-new")]);
  await take(await manifest(entry(1, { build_time: undefined })), "--artifact", "undated/web");
  expect((await run.client().getArtifact("undated/web")).latest).toBe(1);
});

test("one build in several steps of a template is one report", async () => {
  const where = await manifest(
    entry(1),
    entry(1, { artifact_id: "ap-south-1:ami-3", custom_data: { step: "2" } }),
  );
  await take(where, "--artifact", "steps/web");
  const { builds } = await run.client().getVersion("steps/web", 1);
  expect(builds.map(({ images, metadata }) => [images.length, metadata])).toEqual([[3, { step: "2" }]]);
});

test("the CI job that made the last run is recorded with it alone, when it says so", async () => {
  const sha = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";
  const job = { GITLAB_CI: "true", CI_COMMIT_SHA: sha, CI_JOB_TOKEN: "s3cr3t" };
  const where = await manifest(entry(1), entry(2));
  await run(["import", "packer-manifest.json", "--artifact", "job/web", "--this-job"], {
    ...where,
    env: job,
  });
  const { client } = run;
  const origins = [1, 2].map(async (number) => {
    const { builds } = await client().getVersion("job/web", number);
    return builds[0]?.provenance.git ?? null;
  });
  expect(await Promise.all(origins)).toEqual([null, { commit: sha }]);
  expect(await take(where, "--artifact", "job/web", "--this-job")).toMatchObject({ code: 2 });
});

test.each([
  ["not JSON", "{", "is not JSON"],
  ["no manifest", '{"images": []}', 'an object with a list "builds"'],
])("a file that is %s is a wrong usage", async (_what, content, sentence) => {
  const cwd = scratch();
  await writeFile(join(cwd, "packer-manifest.json"), content);
  expect(await take({ cwd }, "--artifact", "a/b")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(sentence),
  });
  expect(await run(["import", "nowhere.json", "--artifact", "a/b"], { cwd })).toMatchObject({ code: 2 });
});

test("a registry that is away ends it with 3", async () => {
  const where = { ...(await manifest(entry(1))), env: { WAYBILL_ADDRESS: "http://127.0.0.1:1" } };
  expect(await take(where, "--artifact", "a/b")).toMatchObject({ code: 3, stdout: "" });
});

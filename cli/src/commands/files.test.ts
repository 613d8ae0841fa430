import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useRegistry } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();
const bytes = randomBytes(300_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");
let cwd = "";

beforeAll(() => {
  cwd = scratch();
  mkdirSync(join(cwd, "out"));
  writeFileSync(join(cwd, "out/box.img"), bytes);
  writeFileSync(join(cwd, "notes.txt"), "hello");
});

const fingerprint = (name: string) => ["--fingerprint", name, "--type", "qemu.image", "--build", "qemu"];

describe("upload", () => {
  test("sends what the registry lacks, and prints what a report names", async () => {
    const first = await run(["upload", "files/box", "out/box.img", "./notes.txt"], { cwd });
    expect(first).toMatchObject({
      code: 0,
      stderr:
        "Uploading out/box.img (0.3 MiB)\nUploaded out/box.img (0.3 MiB)\nUploading notes.txt (5 B)\nUploaded notes.txt (5 B)\n",
    });
    expect(first.stdout).toContain(`out/box.img\t300000\t${sha256}\n`);
    const again = await run(["upload", "files/box", join(cwd, "out/box.img"), "--json"], { cwd });
    expect(again.stderr).toContain("The registry has box.img already");
    const files = JSON.parse(again.stdout);
    expect(files).toEqual([{ path: "box.img", size: 300_000, sha256, stored: true }]);
    const builds = [{ name: "qemu", artifact_type: "qemu.image", files }];
    const stdin = JSON.stringify({ fingerprint: "json", builds });
    expect(await run(["publish", "files/box", "-"], { stdin })).toMatchObject({ code: 0 });
  });

  test("says which file cannot be read, before any is sent", async () => {
    const ran = await run(["upload", "files/none", "out/box.img", "no.img"], { cwd });
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: "waybill: no.img cannot be read: ENOENT\n" });
  });
});

describe("download", () => {
  beforeAll(async () => {
    const args = ["publish", "files/web", ...fingerprint("f"), "--file", "out/box.img"];
    expect(await run([...args, "--file", "notes.txt"], { cwd })).toMatchObject({ code: 0 });
    const recorded = ["publish", "files/recorded", ...fingerprint("f"), "--file", "out/box.img"];
    expect(await run([...recorded, "--record-only"], { cwd })).toMatchObject({ code: 0 });
  });

  test("writes the files of a version below a directory, whole and for nobody else to read", async () => {
    const output = join(scratch(), "new", "place");
    const ran = await run(["download", "files/web", "--output", output]);
    expect(ran).toMatchObject({ code: 0, stdout: `${output}/out/box.img\n${output}/notes.txt\n` });
    expect(readFileSync(join(output, "out/box.img")).equals(bytes)).toBe(true);
    const again = await run(["download", "files/web", "--output", output, "--file", "notes.txt", "--json"]);
    expect(again.stderr).toContain("notes.txt is there already");
    expect(JSON.parse(again.stdout)).toMatchObject([{ path: "notes.txt", size: 5, downloaded: false }]);
  });

  test("leaves a file with another content alone, unless it is told to replace it", async () => {
    const output = scratch();
    writeFileSync(join(output, "notes.txt"), "mine");
    const args = ["download", "files/web", "--output", output, "--file", "notes.txt"];
    const refused = await run(args);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("is there with another content; --force replaces it");
    expect(readFileSync(join(output, "notes.txt"), "utf8")).toBe("mine");
    expect(await run([...args, "--force"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(output, "notes.txt"), "utf8")).toBe("hello");
  });

  test("does not follow a link out of the directory", async () => {
    const [output, elsewhere] = [scratch(), scratch()];
    symlinkSync(elsewhere, join(output, "out"));
    const ran = await run(["download", "files/web", "--output", output]);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toContain("is a link that leads out of it");
    expect(existsSync(join(elsewhere, "box.img"))).toBe(false);
  });

  test("ends with 1 when there is no such file, or its bytes were recorded only", async () => {
    const none = await run(["download", "files/web", "--file", "no.img"], { cwd: scratch() });
    expect(none).toMatchObject({ code: 1, stderr: "waybill: version 1 has no file no.img\n" });
    const recorded = await run(["download", "files/recorded"], { cwd: scratch() });
    expect(recorded.code).toBe(1);
    expect(recorded.stderr).toContain("out/box.img was recorded only");
  });
});

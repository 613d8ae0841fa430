import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureOpenTofu, ensurePacker, findTerraform } from "./ensure-tools.ts";

let directory: string;
const said: string[] = [];
const say = (line: string) => said.push(line);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-tools-"));
  vi.stubEnv("XDG_CACHE_HOME", join(directory, "cache"));
  const path = [join(directory, "old"), join(directory, "new"), "/bin", "/usr/bin"];
  vi.stubEnv("PATH", path.join(delimiter));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  said.length = 0;
  await rm(directory, { recursive: true, force: true });
});

async function program(path: string, script: string): Promise<string> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

test("the first on PATH that is recent enough is taken", async () => {
  await program("old/packer", "echo Packer v1.9.5");
  const recent = await program("new/packer", "echo Packer v1.16.2");
  expect(await ensurePacker("1.16.0", say)).toBe(recent);
  expect(said).toEqual([]);
});

test("another program of the same name, which reads from standard input, is passed over", async () => {
  await program("old/packer", "cat; echo skipping line: 1");
  const real = await program("new/packer", "echo Packer v1.16.0");
  expect(await ensurePacker("1.16.0", say)).toBe(real);
});

test("Terraform is found where it is recent enough, and never built", async () => {
  vi.stubEnv("PATH", join(directory, "new"));
  await program("new/terraform", "echo Terraform v1.3.9");
  expect(await findTerraform()).toBeUndefined();
  const recent = await program("new/terraform", "echo Terraform v1.11.4");
  expect(await findTerraform()).toBe(recent);
});

/** A Go that counts its builds. */
const fakeGo = (log: string) => `
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo build >> ${log}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
chmod +x "$2"`;

test("where there is none, two callers build it once and the next finds it", async () => {
  const log = join(directory, "builds");
  await program("new/go", fakeGo(log));
  await program("new/tofu", "echo OpenTofu v1.5.0");
  const [one, other] = await Promise.all([ensureOpenTofu("1.6.0", say), ensureOpenTofu("1.6.0", say)]);
  expect(one).toBe(other);
  expect(await ensureOpenTofu("1.6.0", say)).toBe(one);
  expect(await readFile(log, "utf8")).toBe("build\n");
  expect(said.join("\n")).toMatch(/building OpenTofu \d+\.\d+\.\d+, about \d minutes, once/);
});

test("a build that fails says what Go said, and the next caller tries again", async () => {
  await program("new/go", '[ "$1" = env ] && echo go1.26.8 && exit\necho no space left on device; exit 1');
  await expect(ensureOpenTofu("99.0.0", say)).rejects.toThrow("no space left on device");
  await program("new/go", fakeGo(join(directory, "builds")));
  expect(await ensureOpenTofu("99.0.0", say)).toMatch(/tofu$/);
});

test("without the tool and without Go it says what to install", async () => {
  vi.stubEnv("PATH", join(directory, "new"));
  await expect(ensurePacker("1.16.0", say)).rejects.toThrow("install either Packer or Go 1.26 or later");
});

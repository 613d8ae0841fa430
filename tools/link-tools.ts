/** Links the Packer and OpenTofu that tests use into a directory, for people who have none on their PATH. */
import { mkdir, rename, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ensureOpenTofu, ensurePacker } from "./ensure-tools.ts";

const directory = resolve(process.argv[2] ?? "dist/bin");
await mkdir(directory, { recursive: true });
for (const path of [await ensurePacker(), await ensureOpenTofu()]) {
  const link = join(directory, basename(path));
  // Made under another name first: a link that is there already is replaced, never missing.
  await symlink(path, `${link}.${process.pid}`);
  await rename(`${link}.${process.pid}`, link);
  console.log(`${link} -> ${path}`);
}

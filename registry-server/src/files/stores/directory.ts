import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { getSystemErrorMap } from "node:util";
import { StartError } from "../../database/migrate.ts";
import { makeDirectory } from "../../directory.ts";
import { readPieces } from "./reading.ts";
import type { FileStore } from "./store.ts";
import { verified } from "./verified.ts";
import { writeSynced } from "./writing.ts";

/**
 * Keeps files in a directory, for this user only: `9f/9f86d0...` when they are whole, `incoming/` before. It is made
 * when it is first needed.
 */
export function openDirectoryStore(root: string): FileStore {
  const incoming = join(root, "incoming");
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256);

  return {
    shown: root,

    async put(content, expected) {
      makeDirectory(incoming);
      const unfinished = join(incoming, randomUUID());
      try {
        const size = await writeSynced(unfinished, verified(content, expected), expected.takesChunks);
        const directory = join(root, expected.sha256.slice(0, 2));
        if (makeDirectory(directory)) await syncDirectory(root);
        await rename(unfinished, pathOf(expected.sha256));
        await syncDirectory(directory);
        return { size };
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },

    async size(sha256) {
      const found = await stat(pathOf(sha256)).catch(unlessMissing);
      return found?.size;
    },

    read: (sha256, range) => readPieces(pathOf(sha256), range),

    remove: (sha256) => rm(pathOf(sha256), { force: true }),

    async *list() {
      for (const part of await namesIn(root)) {
        if (!/^[0-9a-f]{2}$/.test(part)) continue;
        for (const sha256 of await namesIn(join(root, part))) {
          const found = await stat(pathOf(sha256)).catch(unlessMissing);
          if (found && /^[0-9a-f]{64}$/.test(sha256)) {
            yield { sha256, size: found.size, modifiedAt: found.mtime };
          }
        }
      }
    },

    async removeUnfinished(since) {
      let count = 0;
      for (const name of await namesIn(incoming)) {
        const path = join(incoming, name);
        const found = await stat(path).catch(unlessMissing);
        if (!found || found.mtime >= since) continue;
        await rm(path, { force: true });
        count++;
      }
      return count;
    },

    async ping() {
      try {
        makeDirectory(root);
        if (!(await stat(root)).isDirectory()) throw new Error("it is no directory");
        await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
      } catch (error) {
        const { errno = 0, message } = error as NodeJS.ErrnoException;
        const [, reason = message] = getSystemErrorMap().get(errno) ?? [];
        const advice = "Name another with --files or WAYBILL_FILES, or give it to the user of the server.";
        throw new StartError(`Files cannot be kept in the directory "${root}": ${reason}. ${advice}`);
      }
    },
  };
}

/** A name in a directory survives a loss of power only when the directory itself was written. */
async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing, and refuses to open directories.
  if (process.platform === "win32") return;
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(unlessMissing)) ?? [];
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

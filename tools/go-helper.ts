import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const buildTimeoutMs = 120_000;

/** A Go program that answers questions, one JSON object per line each way: somebody else's library, asked by tests. */
export type GoHelper<Question, Answer> = {
  ask(question: Question): Promise<Answer>;
  end(): Promise<void>;
};

/** Builds a helper in a folder beside this file, which needs Go, and starts it. */
export async function startGoHelper<Question extends object, Answer>(
  folder: string,
): Promise<GoHelper<Question, Answer>> {
  const cwd = fileURLToPath(new URL(folder, import.meta.url));
  const directory = await mkdtemp(join(tmpdir(), "waybill-go-helper-"));
  const program = join(directory, process.platform === "win32" ? "helper.exe" : "helper");
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" };
  await promisify(execFile)("go", ["build", "-o", program, "."], { cwd, env, timeout: buildTimeoutMs });
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** One question at a time: the answer to each is the next line. */
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${folder} has ended`);
      return JSON.parse(value) as Answer;
    },
    async end() {
      child.stdin.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

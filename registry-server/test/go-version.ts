import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const source = fileURLToPath(new URL("../../tools/go-version-check", import.meta.url));
const buildTimeoutMs = 120_000;

type Answer = { matches?: boolean[]; order?: number; error?: string };

/** hashicorp/go-version, asked question by question. */
export type GoVersion = {
  /** Which versions a constraint allows; nothing when it refuses the constraint or a version. */
  allows(constraint: string, versions: string[]): Promise<boolean[] | undefined>;
  /** Below 0 when the first version is the lower one, 0 when they are equal. */
  compare(a: string, b: string): Promise<number>;
  end(): Promise<void>;
};

/** Builds the helper in tools/go-version-check, which needs Go, and starts it. */
export async function startGoVersion(): Promise<GoVersion> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-go-version-"));
  const program = join(directory, process.platform === "win32" ? "check.exe" : "check");
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" };
  await promisify(execFile)("go", ["build", "-o", program, "."], {
    cwd: source,
    env,
    timeout: buildTimeoutMs,
  });
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  /** One question at a time: the answer to each is the next line. */
  async function ask(question: object): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("the helper has ended");
    return JSON.parse(value) as Answer;
  }

  return {
    async allows(constraint, versions) {
      return (await ask({ constraint, versions })).matches;
    },
    async compare(a, b) {
      const { order, error } = await ask({ versions: [a, b] });
      if (order === undefined) throw new Error(error);
      return order;
    },
    async end() {
      child.stdin.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

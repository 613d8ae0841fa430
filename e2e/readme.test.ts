import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { isolatedEnvironment, repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { useWorkspaces } from "./harness/fixtures.ts";

const newWorkspace = useWorkspaces();
const timeoutMs = 100_000;
const printedAddress = "127.0.0.1:8421";

test("the tour in the README does what it says, word by word", async () => {
  const workspace = await newWorkspace({});
  const address = `127.0.0.1:${await freePort()}`;
  const terraform = inject("terraforms")[0]?.path ?? "";
  const blocks = shellBlocks(await readFile(join(repository, "README.md"), "utf8"));
  const script = blocks
    .map((block) => (block.startsWith("waybill serve") ? inATerminalOfItsOwn(block.trim()) : block))
    .join("\n")
    // Another port, so that a registry of whoever runs the tests is left alone.
    .replaceAll(printedAddress, address)
    // The tour says that OpenTofu serves as well.
    .replaceAll(/^terraform /gm, `${basename(terraform)} `);
  const env = isolatedEnvironment(inject("home"), {
    ...whatIsKeptBetweenRuns(),
    WAYBILL_LISTEN: address,
    WAYBILL_ADDRESS: `http://${address}`,
    WAYBILL_DATA_DIR: workspace.path("data"),
    WAYBILL_SPOOL_DIR: workspace.spool,
    TMPDIR: workspace.directory,
    // What is installed stays as it is: other tests are running from it.
    MAKEFLAGS: "-o node_modules/.package-lock.json",
  });
  env.PATH = [env.PATH, dirname(inject("packer")), dirname(terraform)].join(delimiter);

  const args = ["-euo", "pipefail", "-c", script];
  const { code, output } = await run("bash", args, { cwd: repository, env, timeoutMs });

  expect(code, output).toBe(0);
  expect(output).toMatch(/~ version\s+= 1 -> 2/);
  expect(output).toMatch(/^ami-0abc$/m);
  expect(output).toContain("built already, nothing to do");
});

/** The fenced `sh` blocks, in order. */
function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block);
}

function inATerminalOfItsOwn(command: string): string {
  return [
    `${command} &`,
    "server=$!",
    "trap 'kill $server; wait $server' EXIT",
    `until curl -fsS -o /dev/null http://${printedAddress}/healthz 2> /dev/null; do kill -0 $server; sleep 0.1; done`,
  ].join("\n");
}

/** A newcomer waits once for what Go downloads and builds; a home directory that is empty each time would do so each time. */
function whatIsKeptBetweenRuns(): NodeJS.ProcessEnv {
  return {
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    GOPATH: process.env.GOPATH || join(homedir(), "go"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

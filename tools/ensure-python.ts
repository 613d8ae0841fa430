import { createHash } from "node:crypto";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, findOnPath, type Say, sayOnStandardError } from "./ensure-tools.ts";
import { repository } from "./environment.ts";
import { withLock } from "./lock.ts";
import { run } from "./run.ts";

const minimum = "3.11.0";
const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const installTimeoutMs = 10 * 60_000;
/** What says the version also says that virtual environments can be made: some systems split that off. */
const question = "import ensurepip, venv, platform; print('Python ' + platform.python_version())";

/**
 * The programs of `tools/python/requirements.txt` (moto's server, schemathesis), installed once into a virtual
 * environment among the cached tools, every package held to its hash.
 *
 * @returns the directory of the programs; nothing, after saying so, when there is no Python to install them with
 * @throws when they cannot be installed
 */
export async function ensurePython(say: Say = sayOnStandardError): Promise<string | undefined> {
  const python = await findPython();
  if (python === undefined) {
    say(`skipped what needs Python: there is no Python ${minimum} or later with venv on PATH`);
    return undefined;
  }
  const requirements = join(repository, "tools", "python", "requirements.txt");
  const key = createHash("sha256")
    .update(python)
    .update(await readFile(requirements))
    .digest("hex");
  const directory = join(cacheDirectory(), `python-${key.slice(0, 16)}`);
  const programs = join(directory, process.platform === "win32" ? "Scripts" : "bin");
  const complete = join(directory, "complete");
  if (await exists(complete)) return programs;
  await mkdir(cacheDirectory(), { recursive: true });
  const onWait = () => say("waiting for another process that is installing Python packages");
  await withLock(`${directory}.lock`, onWait, async () => {
    if (await exists(complete)) return;
    say(`installing moto and schemathesis, once (kept in ${directory})`);
    await rm(directory, { recursive: true, force: true });
    await mustRun(python, ["-m", "venv", directory]);
    const install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", requirements];
    await mustRun(join(programs, "python"), install);
    await writeFile(complete, "");
  });
  return programs;
}

async function findPython(): Promise<string | undefined> {
  for (const name of names) {
    const found = await findOnPath(name, ["-c", question], /^Python (\d+\.\d+\.\d+)/m, minimum);
    if (found) return found;
  }
  return undefined;
}

async function mustRun(program: string, args: string[]): Promise<void> {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1", PYTHONNOUSERSITE: "1" };
  const { code, output } = await run(program, args, { env, timeoutMs: installTimeoutMs });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${output}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) console.log((await ensurePython()) ?? "");

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();
const home = scratch();
const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

beforeAll(async () => {
  await mkdir(join(home, "bin"));
  await symlink(join(import.meta.dirname, "../../bin/waybill.js"), join(home, "bin/waybill"));
  await run(["publish", "acme/web", ...publication("one", "us-east-1=ami-1"), "--semver", "1.4.0"]);
  await run(["publish", "acme/worker", ...publication("one", "us-east-1=ami-1")]);
  await run(["publish", "other/web", ...publication("one", "us-east-1=ami-1")]);
  await run(["channels", "create", "acme/web", "production"]);
});

/** How each shell is asked what it would offer for the words of a command line, one per line. */
const shells: Record<string, (words: string[]) => string[]> = {
  bash: (words) => [
    "--norc",
    "-euc",
    `source <(waybill completion bash)
     COMP_WORDS=(waybill ${words.map(quote).join(" ")}); COMP_CWORD=${words.length}
     complete -p waybill > /dev/null
     _waybill; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (words) => [
    "-fc",
    `autoload -Uz compinit; compinit -u -D; source <(waybill completion zsh)
     [[ $_comps[waybill] == _waybill ]] || exit 9
     _describe() { print -l -- "\${(@)\${(P@)3}%%:*}" }
     _files() { print ':files' }
     words=(waybill ${words.map(quote).join(" ")}); CURRENT=${words.length + 1}; _waybill`,
  ],
  fish: (words) => [
    "--no-config",
    "-c",
    `waybill completion fish | source
     complete --do-complete=${quote(["waybill", ...words].join(" "))}`,
  ],
};

const isThere = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

test("is tried in bash at least", () => expect(isThere("bash")).toBe(true));

describe.each(Object.keys(shells).filter(isThere))("%s", (shell) => {
  async function offers(words: string[], settings: Record<string, string> = {}): Promise<string[]> {
    const PATH = [join(home, "bin"), process.env.PATH].join(delimiter);
    const env = { HOME: home, TERM: "dumb", PATH, ...run.settings(), ...settings };
    const child = spawn(shell, shells[shell]?.(words) ?? [], { env, cwd: home });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    const [code] = await once(child, "close");
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const values = output.split("\n").map((line) => line.replace(/\t.*/, ""));
    return values.filter(Boolean).sort();
  }

  test("completes commands and the commands of groups", async () => {
    expect(await offers(["re"])).toEqual(["resolve", "restore", "retention", "revoke"]);
    expect(await offers(["channels", "ro"])).toEqual(["rollback"]);
    expect(await offers(["frobnicate", ""])).toEqual([]);
  });

  test("completes options, those that all commands share too, and what options take", async () => {
    expect(await offers(["resolve", "--o"])).toEqual(["--on-revoked", "--output"]);
    expect(await offers(["search", "--na"])).toEqual(["--namespace"]);
    expect(await offers(["resolve", "acme/web", "--on-revoked", ""])).toEqual(["error", "previous", "warn"]);
    expect(await offers(["serve", "--data"])).toEqual(["--data-dir", "--database-url"]);
  });

  test("completes artifacts, channels and versions as the registry has them", async () => {
    expect(await offers(["resolve", "acme/w"])).toEqual(["acme/web", "acme/worker"]);
    expect(
      await offers(["resolve", "--json", "--region", "eu", "wor"], { WAYBILL_NAMESPACE: "acme" }),
    ).toEqual(["worker"]);
    expect(await offers(["channels", "show", "acme/web", "p"])).toEqual(["production"]);
    expect(await offers(["resolve", "acme/web", "--channel", ""])).toEqual(["latest", "production"]);
    expect(await offers(["diff", "acme/web", ""])).toEqual(["1"]);
  });

  test("offers nothing, and says nothing, when the registry is away or refuses", async () => {
    expect(await offers(["resolve", "acme/"], { WAYBILL_ADDRESS: "http://127.0.0.1:9" })).toEqual([]);
    expect(await offers(["resolve", "acme/"], { WAYBILL_TOKEN: "wbl_wrong" })).toEqual([]);
    expect(await offers(["resolve", "acme/"], { WAYBILL_TIMEOUT: "soon" })).toEqual([
      "acme/web",
      "acme/worker",
    ]);
  });
});

test("leaves files to the shell", async () => {
  expect((await run(["__complete", "documents", "put", "acme/web", "1", ""])).stdout).toBe(":files\n");
  expect((await run(["__complete", "publish", "acme/web", "--file", ""])).stdout).toBe(":files\n");
});

test("completes a value within the word of its option, which bash splits at =", async () => {
  const create = ["__complete", "channels", "create", "acme/web", "x"];
  expect((await run([...create, "--scope=pub"])).stdout).toBe("--scope=publish\t\n");
  expect((await run([...create, "--scope", "=", "pub"])).stdout).toBe("publish\t\n");
  expect((await run([...create, "--scope", "="])).stdout).toBe("publish\t\npromote\t\n");
});

test("knows no other shell", async () => {
  const { code, stderr } = await run(["completion", "tcsh"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});

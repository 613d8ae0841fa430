import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A command line tool that demo, tests and releases need, and how to get it where PATH has none recent enough. */
export type Tool = {
  readonly name: "packer" | "tofu" | "quill";
  readonly title: string;
  /** Prints the version, offline. */
  readonly versionArguments: readonly string[];
  readonly versionPattern: RegExp;
  /** A Go module of its own: a newer tool is `go get <module>@v... && go mod tidy` in this directory. */
  readonly moduleDirectory: string;
  readonly goModule: string;
  readonly goPackage: string;
  readonly linkerFlags: string;
  readonly minutes: string;
};

export const packer: Tool = {
  name: "packer",
  title: "Packer",
  versionArguments: ["version"],
  versionPattern: /^Packer v(\d+\.\d+\.\d+)/m,
  moduleDirectory: fileURLToPath(new URL("packer/", import.meta.url)),
  goModule: "github.com/hashicorp/packer",
  goPackage: "github.com/hashicorp/packer",
  linkerFlags: "-s -w",
  minutes: "about 4 minutes",
};

export const openTofu: Tool = {
  name: "tofu",
  title: "OpenTofu",
  versionArguments: ["version"],
  versionPattern: /^OpenTofu v(\d+\.\d+\.\d+)/m,
  moduleDirectory: fileURLToPath(new URL("opentofu/", import.meta.url)),
  goModule: "github.com/opentofu/opentofu",
  goPackage: "github.com/opentofu/opentofu/cmd/tofu",
  // Without this it calls itself a development version.
  linkerFlags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
  minutes: "about 3 minutes",
};

export const quill: Tool = {
  name: "quill",
  title: "Quill",
  versionArguments: ["--version"],
  versionPattern: /(\d+\.\d+\.\d+)/,
  moduleDirectory: fileURLToPath(new URL("quill/", import.meta.url)),
  goModule: "github.com/anchore/quill",
  goPackage: "github.com/anchore/quill/cmd/quill",
  linkerFlags: "-s -w",
  minutes: "about a minute",
};

/** The version that the tool's go.mod asks for. */
export async function pinnedVersion(tool: Tool): Promise<string> {
  const goMod = await readFile(`${tool.moduleDirectory}go.mod`, "utf8");
  for (const line of goMod.split("\n")) {
    const [module, version] = line
      .trim()
      .replace(/^require /, "")
      .split(" ");
    if (module === tool.goModule && version?.startsWith("v")) return version.slice(1);
  }
  throw new Error(`${tool.moduleDirectory}go.mod does not require ${tool.goModule}`);
}

/** Changes with everything that a build of the tool depends on, so that a cached one is never a stale one. */
export async function buildKey(tool: Tool, goVersion: string): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(`${tool.moduleDirectory}go.mod`));
  hash.update(await readFile(`${tool.moduleDirectory}go.sum`));
  hash.update(`${goVersion} ${process.platform} ${process.arch} ${tool.linkerFlags}`);
  return hash.digest("hex").slice(0, 16);
}

import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The files with the licences of what Go puts into the plugin, by title: every module, Go itself, and Node where it
 * travels inside.
 *
 * @param shim the directory of the plugin's module
 * @param target for which platform: GOOS and GOARCH
 * @param node the path of the Node that goes inside
 * @throws when a module has no licence
 */
export function licensesOfModules(
  shim: string,
  target: NodeJS.ProcessEnv,
  node: string | undefined,
): Record<string, string> {
  const go = (...args: string[]) =>
    execFileSync("go", args, { cwd: shim, encoding: "utf8", env: { ...process.env, ...target } }).trim();
  const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}";
  const modules = new Set(go("list", "-deps", "-f", format, ".").split("\n").filter(Boolean));
  const found: Record<string, string> = {};
  for (const line of modules) {
    const [title = "", directory = ""] = line.split("\t");
    const files = globSync("{LICEN[CS]E,licen[cs]e,COPYING,NOTICE}*", { cwd: directory }).sort();
    if (files.length === 0) throw new Error(`${title} has no licence in ${directory}`);
    for (const file of files)
      found[files.length === 1 ? title : `${title} (${file})`] = join(directory, file);
  }
  const [root = "", version = ""] = go("env", "GOROOT", "GOVERSION").split("\n");
  // Packages of distributions keep it elsewhere.
  const license = join(root, "LICENSE");
  if (existsSync(license)) found[`Go ${version}`] = license;
  if (node !== undefined) found[`Node.js ${process.version}`] = join(dirname(process.execPath), "../LICENSE");
  return found;
}

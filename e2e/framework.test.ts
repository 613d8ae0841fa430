import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { expectFailure, expectSuccess, useWorkspaces } from "./harness/fixtures.ts";
import { installScript } from "./harness/provider-script.ts";

const newWorkspace = useWorkspaces();

const readme = await readFile(join(repository, "provider/src/framework/README.md"), "utf8");
const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];

test("the README of the framework has a whole provider in about 40 lines", () => {
  expect(example).toContain("serve(");
  expect(
    example
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "").length,
  ).toBeLessThanOrEqual(41);
});

const configuration = `
terraform {
  required_providers {
    notes = {
      source = "example/notes"
    }
  }
}
variable "text" {
  default = "milk"
}
variable "name" {
  default = "list"
}
provider "notes" {
  directory = "notes"
}
resource "notes_note" "list" {
  name = var.name
  text = var.text
}
output "path" {
  value = notes_note.list.path
}
`;

describe.for(inject("terraforms"))("$title", ({ path }) => {
  test("runs the provider of the README", async () => {
    const workspace = await newWorkspace({});
    const settings = await installScript(workspace, "example/notes", example);
    await workspace.write("main.tf", configuration);
    await mkdir(workspace.path("notes"));
    const terraform = (...args: string[]) => workspace.run(path, args, settings);
    const plan = async (...args: string[]) => (await terraform("plan", "-detailed-exitcode", ...args)).code;

    const made = expectSuccess(await terraform("apply", "-auto-approve"));
    expect(made.output).toContain("1 added");
    expect(await workspace.read("notes/list")).toBe("milk");
    expect(await plan()).toBe(0);

    await writeFile(workspace.path("notes", "list"), "beer");
    expect((await terraform("plan")).output).toMatch(/~ text\s+= "beer" -> "milk"/);
    expectSuccess(await terraform("apply", "-auto-approve", "-var=text=bread"));
    expect(await workspace.read("notes/list")).toBe("bread");

    expectSuccess(await terraform("state", "rm", "notes_note.list"));
    expectSuccess(await terraform("import", "-var=text=bread", "notes_note.list", "list"));
    expect(await plan("-var=text=bread")).toBe(0);

    const refused = expectFailure(await terraform("plan", "-var=name="));
    expect(refused.output).toMatch(/Invalid name.*must not be empty/s);
    expect((await terraform("plan", "-var=name=other", "-var=text=bread")).output).toContain(
      "must be replaced",
    );
    expectSuccess(await terraform("destroy", "-auto-approve"));
    expect(await workspace.list("notes")).toEqual([]);
  });

  test("a promise that fails beside the calls does not take them with it", async () => {
    const workspace = await newWorkspace({});
    const stray = example.replace("await writeFile(path", 'Promise.reject(new Error("stray"));\n    $&');
    expect(stray).not.toBe(example);
    const settings = await installScript(workspace, "example/notes", stray);
    await workspace.write("main.tf", configuration);
    await mkdir(workspace.path("notes"));
    const made = await workspace.run(path, ["apply", "-auto-approve"], {
      ...settings,
      TF_LOG_PROVIDER: "error",
    });
    expect(expectSuccess(made).output).toContain("a promise failed that nobody waits for");
  });
});

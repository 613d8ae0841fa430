import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { originOf } from "./origin.ts";

let directory: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "waybill-origin-"));
  const who = { NAME: "a", EMAIL: "a@example.com" };
  const people = ["AUTHOR", "COMMITTER"].flatMap((role) =>
    Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
  );
  env = { PATH: process.env.PATH, HOME: directory, ...Object.fromEntries(people) };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: directory, env, encoding: "utf8" }).trim();
}

function commit(): string {
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", "https://ci:s3cr3t@git.example.com/acme/web.git");
  writeFileSync(join(directory, "web.pkr.hcl"), "1");
  git("add", "web.pkr.hcl");
  git("commit", "--quiet", "-m", "one");
  return git("rev-parse", "HEAD");
}

test("outside of git and CI nothing is known", async () => {
  expect(await originOf(env, directory)).toEqual({});
});

test("git tells commit, branch, remote without its password, and whether anything was changed", async () => {
  const sha = commit();
  const known = { commit: sha, branch: "main", remote: "https://git.example.com/acme/web.git" };
  writeFileSync(join(directory, "new.img"), "made by the build");
  expect(await originOf(env, directory)).toEqual({ git: { ...known, dirty: false } });
  writeFileSync(join(directory, "web.pkr.hcl"), "2");
  expect(await originOf(env, directory)).toEqual({ git: { ...known, dirty: true } });
});

test("a job knows its branch and remote better, and git whether anything was changed", async () => {
  const sha = commit();
  git("checkout", "--quiet", "--detach");
  const job = { ...env, CIRCLECI: "true", CIRCLE_SHA1: sha, CIRCLE_BRANCH: "feature", CIRCLE_JOB: "images" };
  expect(await originOf(job, directory)).toEqual({
    git: { commit: sha, branch: "feature", dirty: false, remote: "https://git.example.com/acme/web.git" },
    ci: { system: "circleci", job: "images" },
  });
});

test("what lies in the directory of another commit's job says nothing about it", async () => {
  commit();
  const sha = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";
  expect(await originOf({ ...env, CIRCLECI: "true", CIRCLE_SHA1: sha }, directory)).toEqual({
    git: { commit: sha },
    ci: { system: "circleci" },
  });
});

test("no git, and a repository without a commit, cost nothing", async () => {
  git("init", "--quiet");
  expect(await originOf(env, directory)).toEqual({});
  expect(await originOf({ ...env, PATH: "/nonexistent" }, directory)).toEqual({});
});

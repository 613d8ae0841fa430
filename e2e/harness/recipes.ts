import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "../../tools/environment.ts";

/** What a CI system would run of one job: scripts in order, each in a shell of its own. */
export type Job = {
  name: string;
  settings: Record<string, string>;
  scripts: string[];
  /** For whom the identity of the job is, where the recipe has it made before the job starts. */
  audience?: string;
};

type Shell = readonly [command: string, ...args: string[]];
/** A system as it runs the recipe of its folder in `examples/ci`. */
export type System = { recipe: string; shell: Shell; jobsOf: (recipe: Recipe) => Job[] };

// biome-ignore lint/suspicious/noExplicitAny: each system has a shape of its own, and the recipes are ours.
type Recipe = any;

const failFast = ["bash", "-eo", "pipefail", "-c"] as const;

/** How each system turns its file into shells, by its documentation. */
export const systems: Record<"github" | "gitlab" | "circleci", System> = {
  github: {
    recipe: "github-actions/images.yml",
    shell: ["bash", "-e", "-c"],
    jobsOf: ({ env, jobs }) =>
      Object.entries<Recipe>(jobs).map(([name, job]) => ({
        name,
        settings: { ...env, ...job.env },
        scripts: job.steps.flatMap(({ run = [] }: Recipe) => run),
      })),
  },
  gitlab: {
    recipe: "gitlab/.gitlab-ci.yml",
    shell: failFast,
    jobsOf: ({ stages, default: common, variables, ...jobs }) =>
      Object.entries<Recipe>(jobs)
        .sort(([, a], [, b]) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
        .map(([name, job]) => ({
          name,
          settings: { ...variables, ...job.variables },
          // One shell for all lines of a job.
          scripts: [[...common.before_script, ...job.script].join("\n")],
          audience: common.id_tokens.WAYBILL_OIDC_TOKEN.aud,
        })),
  },
  circleci: {
    recipe: "circleci/config.yml",
    shell: failFast,
    jobsOf: ({ executors, commands, jobs }) =>
      Object.entries<Recipe>(jobs).map(([name, job]) => ({
        name,
        settings: executors[job.executor].environment,
        scripts: job.steps
          .flatMap((step: Recipe) => (typeof step === "string" ? (commands[step]?.steps ?? []) : step))
          .map(({ run }: Recipe) => run.command),
      })),
  },
};

/** The jobs of a recipe, in the order in which they run. */
export async function jobsOf({ recipe, jobsOf }: System): Promise<Job[]> {
  return jobsOf(parse(await readFile(join(repository, "examples/ci", recipe), "utf8")));
}

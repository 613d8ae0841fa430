import type { BuildOutcome, SignedBuild } from "@waybill/registry-client/run-directory";
import { shellWord } from "@waybill/registry-client/shell";
import type { Output } from "../output.ts";
import type { Ending } from "./child.ts";
import type { Followed } from "./following.ts";

/** What became of one build that a post-processor of the run was to publish. */
export type Result = {
  signed: SignedBuild;
  outcome: BuildOutcome | undefined;
} & Partial<Pick<Followed, "error" | "log">>;

/** Gives `: ` and a reason, or nothing when that was said already: mostly one thing is wrong with all. */
type Because = (reason: string) => string;

/** Whether a build was published, with its log. */
export function isWhole({ outcome, log }: Result): boolean {
  return (
    outcome?.state === "published" && (log === undefined || log.state === "sent" || log.state === "kept")
  );
}

/** What was wrong with a build of which Packer did not say how it ended. */
export function unfinished({ signal }: Ending): string {
  return signal === null ? "Packer ended in the middle of it" : `Packer was ended by ${signal}`;
}

/** Says what was published where, what was not, and what to do then. */
export function summarize(results: Result[], ending: Ending, address: string, output: Output): void {
  if (results.length === 0) return;
  if (output.json) {
    output.note(JSON.stringify(results));
    return;
  }
  const versions = Map.groupBy(results, ({ signed }) => `${signed.artifact} ${signed.values.fingerprint}`);
  const said = new Set<string>();
  const because: Because = (reason) => {
    if (said.has(reason)) return "";
    said.add(reason);
    return `: ${line(reason)}`;
  };
  output.note("");
  for (const builds of versions.values()) {
    output.note(`==> waybill: ${headOf(builds, address)}`);
    for (const result of builds) output.note(`    ${result.signed.build}: ${sentence(result, because)}`);
  }
  if (results.some(({ outcome, log }) => outcome?.state === "spooled" || log?.state === "spooled")) {
    output.note("To send what waits, type: waybill spool send");
  }
  const lost = results.filter(({ outcome, error }) => !outcome && error === unfinished(ending));
  if (lost.length > 0) output.note(byHand(lost));
}

function headOf(builds: Result[], address: string): string {
  for (const { signed, outcome } of builds) {
    if (outcome?.state !== "published" || outcome.number === null) continue;
    const { artifact } = signed;
    const { number } = outcome;
    const at = (signed.address ?? address).replace(/\/*$/, "/");
    return `${artifact} version ${number}: ${at}v1/artifacts/${artifact}/versions/${number}`;
  }
  const names = builds.slice(0, 1).map(({ signed }) => [signed.artifact, signed.values.fingerprint]);
  return names.map(([artifact, fingerprint]) => `${artifact} has no version for ${fingerprint} yet`).join();
}

function sentence(result: Result, because: Because): string {
  const about = aboutBuild(result, because);
  return result.log ? about + aboutLog(result.log, because) : about;
}

function aboutBuild({ outcome, error, log }: Result, because: Because): string {
  switch (outcome?.state) {
    case "published":
      return log?.state === "sent" ? "published, with its log" : "published";
    case "spooled":
      return `NOT PUBLISHED YET${because(outcome.reason)}; what was built is kept, its record waits in ${outcome.path}`;
    case "failed":
      return `NOT PUBLISHED${because(outcome.reason)}`;
    case "publishing":
      return "NOT PUBLISHED: its post-processor did not come to an end";
  }
  if (error !== undefined) return `FAILED${because(error)}`;
  return log === undefined ? "was not built" : "NOT PUBLISHED: Packer shows above why, and what to do";
}

function aboutLog(log: NonNullable<Result["log"]>, because: Because): string {
  if (log.state === "spooled") return `; its log waits in ${log.path}${because(log.reason)}`;
  if (log.state === "lost") return `; its log is NOT KEPT${because(log.reason)}`;
  return log.state === "kept" ? "; the version was complete before, and keeps its log" : "";
}

/** Nobody else can say that there may be an image: Packer was killed, or ended without a word. */
function byHand(results: Result[]): string {
  const commands = results.map(({ signed: { artifact, build, values } }) => {
    const names = `${artifact} --fingerprint ${values.fingerprint} --build ${shellWord(build)}`;
    return `    waybill publish ${names} --type <type> --image <region>=<id>`;
  });
  return [
    "If Packer left an image of these behind, it is kept, and not published. Look for it, and type:",
    ...commands,
  ].join("\n");
}

function line(text: string): string {
  return text.split("\n")[0] ?? "";
}

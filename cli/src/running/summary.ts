import type { BuildOutcome, SignedBuild } from "@waybill/registry-client/run-directory";
import type { Output } from "../output.ts";
import type { Ending } from "./child.ts";
import type { Followed } from "./following.ts";

/** What became of one build that a post-processor of the run was to publish. */
export type Result = {
  signed: SignedBuild;
  outcome: BuildOutcome | undefined;
} & Partial<Pick<Followed, "error" | "log">>;

const LATER = "to send it, type: waybill spool send";

/** Whether a build was published, with its log. */
export function isWhole({ outcome, log }: Result): boolean {
  return (
    outcome?.state === "published" && (log === undefined || log.state === "sent" || log.state === "kept")
  );
}

/** What was wrong with a build of which Packer did not say how it ended. */
export function unfinished({ signal }: Ending): string {
  return signal === null ? "Packer ended before it was published" : `Packer was ended by ${signal}`;
}

/** Says what was published where, what was not, and what to do then. */
export function summarize(results: Result[], ending: Ending, address: string, output: Output): void {
  if (results.length === 0) return;
  if (output.json) {
    output.note(JSON.stringify(results));
    return;
  }
  const versions = Map.groupBy(results, ({ signed }) => `${signed.artifact} ${signed.values.fingerprint}`);
  output.note("");
  for (const builds of versions.values()) {
    output.note(`==> waybill: ${headOf(builds, address)}`);
    for (const result of builds) output.note(`    ${result.signed.build}: ${sentence(result)}`);
  }
  const unbuilt = results.filter(({ outcome }) => outcome === undefined || outcome.state === "publishing");
  if (unbuilt.length > 0 && (ending.signal !== null || ending.code === 0)) output.note(byHand(unbuilt));
}

function headOf(builds: Result[], address: string): string {
  const [{ signed } = { signed: undefined }] = builds;
  if (!signed) return "";
  const { artifact, values } = signed;
  for (const { outcome } of builds) {
    if (outcome?.state !== "published" || outcome.number === null) continue;
    const { number } = outcome;
    return `${artifact} version ${number}: ${signed.address ?? address}v1/artifacts/${artifact}/versions/${number}`;
  }
  return `${artifact} has no version for ${values.fingerprint} yet`;
}

function sentence({ outcome, error, log }: Result): string {
  const about = log === undefined ? "" : logSentence(log);
  if (outcome?.state === "published") return `published${about || ", with its log"}`;
  if (outcome?.state === "spooled") {
    return `NOT PUBLISHED YET: ${outcome.reason}; what was built is kept, and the record waits in ${outcome.path}; ${LATER}${about}`;
  }
  if (outcome?.state === "failed") {
    return `NOT PUBLISHED: ${outcome.reason}; what was built is kept, unless on_error is "fail"${about}`;
  }
  return error === undefined ? "was not built" : `FAILED: ${error.split("\n")[0]}${about}`;
}

function logSentence(log: NonNullable<Result["log"]>): string {
  if (log.state === "spooled") return `; its log waits in ${log.path} (${log.reason}); ${LATER}`;
  if (log.state === "lost") return `; its log is NOT KEPT: ${log.reason}`;
  return log.state === "kept" ? "; the version was complete before, and keeps its log" : "";
}

/** Packer was killed: nobody else can say that there may be an image. */
function byHand(results: Result[]): string {
  const commands = results.map(({ signed: { artifact, build, values } }) => {
    const names = `${artifact} --fingerprint ${values.fingerprint} --build ${build}`;
    return `    waybill publish ${names} --type <type> --image <region>=<id>`;
  });
  return [
    "Packer ended before these were published. If it left an image behind, it is still there; look for it, and type:",
    ...commands,
  ].join("\n");
}

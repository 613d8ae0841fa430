import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UiLog } from "./ui-log.ts";

type Seen = {
  announced: string[];
  printed: Record<string, string>;
  finished: string[];
  failed: [string, string][];
  claimed: string[][];
};

/** Reads a log in pieces that end where `cuts` says. */
function read(log: string, cuts: number[] = []): Seen {
  const seen: Seen = { announced: [], printed: {}, finished: [], failed: [], claimed: [] };
  const reader = new UiLog({
    announced: (target) => seen.announced.push(target),
    printed(target, lines) {
      seen.printed[target] = (seen.printed[target] ?? "") + lines;
    },
    finished: (target) => seen.finished.push(target),
    failed: (target, error) => seen.failed.push([target, error]),
    claimed: (...claim) => seen.claimed.push(claim),
  });
  const bytes = Buffer.from(log).toString("latin1");
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  for (const [index, end] of ends.entries()) reader.feed(bytes.slice(ends[index - 1] ?? 0, end));
  reader.end();
  for (const [target, lines] of Object.entries(seen.printed)) {
    seen.printed[target] = Buffer.from(lines, "latin1").toString();
  }
  return seen;
}

const at = "2026/11/22 16:17:33 ";
const green = (text: string) => `\x1b[1;32m${text}\x1b[0m`;

/** What Packer 1.16 wrote of two builds side by side. */
const two = [
  "[INFO] Packer version: 1.16.0",
  `ui: ${green("file.a: output will be in this color.")}`,
  `ui: ${green("web.file.b: output will be in this color.")}`,
  "ui: ",
  "packer-plugin-waybill plugin: ui: ==> file.a: the password is hunter2",
  `ui: ${green("==> file.a: two lines\n==> file.a: of one entry, ä")}`,
  "packer-plugin-waybill plugin: [INFO] the password is hunter2",
  `ui: ${green("==> web.file.b: side by side")}`,
  `ui error: ${green("==> file.a (waybill): NOT PUBLISHED YET")}`,
  'machine readable: file.a (waybill),waybill-build []string{"hashicorp/web", "a \\"1\\"", "uuid"}',
  `ui error: ${green("Build 'web.file.b' errored after 2 seconds 5 milliseconds: Script exited: 1\n\nSee above: twice")}`,
  `ui: ${green("Build 'file.a' finished after 1 second.")}`,
  "ui: \n==> Wait completed after 2 seconds",
  "ui: --> file.a: Stored file: a.img\nsecond line",
];

describe("the log of Packer", () => {
  const log = `${two.map((entry) => at + entry).join("\n")}\n`;

  it("is told apart by builds, with its colours, and without what Packer did not print", () => {
    expect(read(log)).toEqual({
      announced: ["file.a", "web.file.b"],
      printed: {
        "file.a": [
          green("==> file.a: two lines\n==> file.a: of one entry, ä"),
          green("==> file.a (waybill): NOT PUBLISHED YET"),
          green("Build 'file.a' finished after 1 second."),
          "--> file.a: Stored file: a.img\nsecond line\n",
        ].join("\n"),
        "web.file.b": `${[
          green("==> web.file.b: side by side"),
          green(
            "Build 'web.file.b' errored after 2 seconds 5 milliseconds: Script exited: 1\n\nSee above: twice",
          ),
        ].join("\n")}\n`,
      },
      finished: ["file.a"],
      failed: [["web.file.b", "Script exited: 1\n\nSee above: twice"]],
      claimed: [["file.a", "hashicorp/web", 'a "1"']],
    });
  });

  it("is the same however it comes in pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(read(log, cuts)).toEqual(read(log));
      }),
    );
  });

  it("may be anything at all", () => {
    const pieces = fc.constantFrom(
      ...two,
      at,
      "ui: ",
      "ui error: ",
      "==> a: ",
      "\n",
      "Build '",
      "1,a,ui,say,",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        read(parts.join(""));
      }),
    );
  });

  it("is understood with times and without colours", () => {
    const { printed, failed } = read(
      [
        `${at}ui: 2026-11-22T16:17:33Z: ==> file.a: one`,
        `${at}ui: 2026-11-22T16:17:34+01:00: ==> file.a: two`,
        `${at}ui error: 2026-11-22T16:17:34+01:00: Build 'file.a' errored after 2 seconds: no`,
      ].join("\n"),
    );
    expect(printed["file.a"]?.split("\n")).toHaveLength(4);
    expect(failed).toEqual([["file.a", "no"]]);
  });

  it("is understood where Packer is to be read by machines", () => {
    const lines = [
      "1700000000,,ui,say,==> file.a: one%!(PACKER_COMMA) two\\n==> file.a: three",
      "1700000000,file.a (waybill),waybill-build,hashicorp/web,file.a,uuid",
      "1700000000,,ui,error,Build 'file.a' errored after 2 seconds: no\\nroom",
    ];
    expect(read(lines.map((line) => `${at}${line}\n\n`).join(""))).toMatchObject({
      printed: {
        "file.a":
          "==> file.a: one, two\n==> file.a: three\nBuild 'file.a' errored after 2 seconds: no\nroom\n",
      },
      failed: [["file.a", "no\nroom"]],
      claimed: [["file.a", "hashicorp/web", "file.a"]],
    });
  });
});

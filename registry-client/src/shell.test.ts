import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord } from "./shell.ts";

test("a shell reads back what was meant, whatever it is", () => {
  const texts = fc.sample(fc.string({ unit: "binary" }), 200).map((text) => text.replaceAll("\0", ""));
  texts.push("", 'null.we"b ü', "it's", "$HOME `id`", "a\nb", "\\");
  const read = execFileSync("sh", ["-c", `printf '%s\\0' ${texts.map(shellWord).join(" ")}`], {
    encoding: "utf8",
  });
  expect(read.split("\0").slice(0, -1)).toEqual(texts);
});

test("what needs no quotes has none", () => {
  expect(shellWord("us-east-1=ami-0abc")).toBe("us-east-1=ami-0abc");
});

import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { agrees } from "./terminal.ts";

async function asked(answer: string): Promise<{ agreed: boolean; shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(answer);
  const agreed = await agrees("Revoke it?", input, output);
  output.end();
  return { agreed, shown: await text(output) };
}

test.each(["y\n", "Yes\n", " y \n"])("takes %j for yes", async (answer) => {
  expect(await asked(answer)).toEqual({ agreed: true, shown: "Revoke it? [y/N] " });
});

test.each(["\n", "n\n", "yep\n", ""])("takes %j for no", async (answer) => {
  expect((await asked(answer)).agreed).toBe(false);
});

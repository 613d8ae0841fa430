import { expect, test } from "vitest";
import { sizeText, UploadProgress } from "./upload-progress.ts";

function progress() {
  const said: string[] = [];
  return { said, ...new UploadProgress((text) => said.push(text)) };
}

const GIB = 2 ** 30;

test("a small file is named when it is sent and when it is there", () => {
  const { said, sending, done } = progress();
  const file = { path: "a.json", size: 3 * 2 ** 20 };
  for (let sent = 2 ** 20; sent <= file.size; sent += 2 ** 20) sending(file, sent);
  done(file, true);
  expect(said).toEqual(["Uploading a.json (3.0 MiB)", "Uploaded a.json (3.0 MiB)"]);
});

test("of a large file each tenth is said, once, also when it is sent again", () => {
  const { said, sending, done } = progress();
  const file = { path: "web.qcow2", size: 2 * GIB };
  for (let sent = 0; sent <= GIB; sent += 2 ** 20) sending(file, sent);
  for (let sent = 0; sent <= file.size; sent += 2 ** 20) sending(file, sent);
  done(file, true);
  expect(said).toHaveLength(11);
  expect(said[0]).toBe("Uploading web.qcow2 (2.0 GiB)");
  expect(said[5]).toBe("Uploading web.qcow2: 50 % (1.0 GiB of 2.0 GiB)");
});

test("a file that the registry has is not sent, and that is said", () => {
  const { said, done } = progress();
  done({ path: "web.qcow2", size: GIB }, false);
  expect(said).toEqual(["The registry has web.qcow2 already"]);
});

test("sizes are short", () => {
  expect([0, 512, 2 ** 20, 0.3 * GIB, 1.5 * GIB].map(sizeText)).toEqual([
    "0 B",
    "512 B",
    "1.0 MiB",
    "307.2 MiB",
    "1.5 GiB",
  ]);
});

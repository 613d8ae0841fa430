import type { Log } from "@waybill/registry-client";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LogSender } from "./log-sender.ts";

type Piece = { offset: number; bytes: Uint8Array; ended?: boolean };

/** A sender with what it sends. */
function recording(onPiece: (piece: Piece) => void = () => undefined) {
  const pieces: Piece[] = [];
  const send = async (piece: Piece) => {
    pieces.push({ ...piece, bytes: Buffer.from(piece.bytes) });
    onPiece(piece);
    return {} as Log;
  };
  return { pieces, sender: new LogSender({ offset: 7, ends: true, send }) };
}

const total = (pieces: Piece[]) => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);

test("one that has nothing to send asks nothing, and goes on when there is something", async () => {
  const idle = recording();
  idle.sender.push(Buffer.from("a"));
  // Sends a piece for each of its own pauses, which are as long as those of the other.
  let left = 4;
  const clock = recording(() => {
    if (left-- > 0) clock.sender.push(Buffer.from("x"));
    else clock.sender.end();
  });
  clock.sender.push(Buffer.from("x"));
  await clock.sender.sent;
  idle.sender.push(Buffer.from("b"));
  await idle.sender.end();
  const sent = idle.pieces.map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()]);
  expect(sent).toEqual([
    [7, "a"],
    [8, "b"],
  ]);
});

test("what was pushed arrives once, in order, at its place, and the last piece ends the log", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 })), async (pushed) => {
      const { pieces, sender } = recording();
      for (const bytes of pushed) sender.push(Buffer.from(bytes));
      await sender.end();
      expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(Buffer.concat(pushed));
      for (const [at, { offset }] of pieces.entries()) expect(offset).toBe(7 + total(pieces.slice(0, at)));
      expect(pieces.map(({ ended }) => ended)).toEqual(pieces.map((_, at) => at === pieces.length - 1));
      expect(sender.rest.bytes).toHaveLength(0);
    }),
  );
});

test("more than goes at once is sent piece by piece, and what is refused is the rest", async () => {
  const bytes = Buffer.alloc(5 * 1024 * 1024 + 3, "abc");
  const whole = recording();
  for (let at = 0; at < bytes.length; at += 700_000) whole.sender.push(bytes.subarray(at, at + 700_000));
  await whole.sender.end();
  expect(Buffer.concat(whole.pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true);
  expect(Math.max(...whole.pieces.map((piece) => piece.bytes.length))).toBe(1024 * 1024);

  const refused = recording(({ offset }) => {
    if (offset > 7) throw new Error("no room");
  });
  refused.sender.push(bytes);
  await expect(refused.sender.end()).rejects.toThrow("no room");
  const { offset, bytes: rest } = refused.sender.rest;
  expect(offset).toBe(7 + 1024 * 1024);
  expect(rest.equals(bytes.subarray(1024 * 1024))).toBe(true);
});

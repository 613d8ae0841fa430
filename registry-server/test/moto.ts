import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ensurePython } from "../../tools/ensure-python.ts";

export type S3Server = { url: string; stop(): void };

/** Somebody else's S3 server on a free port; nothing, having said so, where there is no Python. */
export async function startS3(): Promise<S3Server | undefined> {
  const programs = await ensurePython();
  if (programs === undefined) return undefined;
  const child = spawn(join(programs, "moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const [text] of linesOf(child.stderr)) {
    said += text;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url !== undefined) return { url, stop: () => void child.kill() };
  }
  throw new Error(`moto_server ended:\n${said}`);
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<[string]> {
  stream.setEncoding("utf8");
  for (;;) yield (await once(stream, "data")) as [string];
}

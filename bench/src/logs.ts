import { spawn } from "node:child_process";
import { once } from "node:events";
import { type ClientRequest, get, request } from "node:http";
import { join } from "node:path";
import { RegistryClient, readSettings } from "@waybill/registry-client";
import { type Figure, milliseconds } from "./figure.ts";
import { randomToken, startRegistry } from "./registry.ts";
import { inTurn, median } from "./statistics.ts";

const followers = 1_000;
const rounds = 100;
const promised = 3;
const patienceMs = 20_000;
const build = "docker.web";

/**
 * How long it takes from sending a line of a log until the last of all its followers has it, against a server that
 * keeps nothing and only sends on. A line that a follower does not get ends the measurement.
 */
export async function measureLogs(directory: string): Promise<Figure> {
  const token = randomToken();
  const { registry, env } = await startRegistry(directory, token);
  const client = new RegistryClient(readSettings({}, env), { userAgent: "waybill-bench" });
  const bare = spawn(process.execPath, [join(import.meta.dirname, "fan-out.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(bare.stdout, "data")) as [Buffer];
  const open: ClientRequest[] = [];
  try {
    await client.publish("bench/log", { fingerprint: "f", expected_builds: [build] });
    const log = `${registry.address}/v1/artifacts/bench/log/versions/fingerprint:f/builds/${build}/log`;
    const headers = { authorization: `Bearer ${token}` };
    let offset = 0;
    const ours = await follow(`${log}/follow`, headers, open, async (text) => {
      await send("PUT", `${log}?offset=${offset}`, headers, text);
      offset += text.length;
    });
    const address = line.toString().trim();
    const theirs = await follow(address, {}, open, (text) => send("POST", address, {}, text));
    const { a, b } = await inTurn(rounds, ours, theirs);
    const ratio = median(a) / median(b);
    return {
      title: `server: a line of a live log to the last of ${followers.toLocaleString("en")} followers, against bare sending on`,
      measured: `${ratio.toFixed(2)} x`,
      promised: `<= ${promised} x, every line to every follower`,
      holds: ratio <= promised,
      how: `SQLite, ${rounds} lines in turn, medians ${milliseconds(median(a))} and ${milliseconds(median(b))}`,
    };
  } finally {
    for (const one of open) one.destroy();
    client.close();
    bare.kill();
    await registry.end("SIGTERM");
  }
}

/**
 * Opens all followers of one address.
 *
 * @returns sends a line and gives the milliseconds until the last follower has it
 */
async function follow(
  url: string,
  headers: Record<string, string>,
  open: ClientRequest[],
  sendLine: (text: string) => Promise<void>,
): Promise<() => Promise<number>> {
  let mark = "";
  let missing = 0;
  let all = Promise.withResolvers<void>();
  for (let index = 0; index < followers; index++) {
    const asked = get(url, { headers, agent: false });
    open.push(asked);
    const [response] = await once(asked, "response");
    if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
    asked.on("error", () => undefined);
    let rest = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      rest = (rest + text).slice(-300);
      if (mark === "" || !rest.includes(mark)) return;
      rest = "";
      if (--missing === 0) all.resolve();
    });
    response.on("error", () => all.reject(new Error(`a follower of ${url} was cut off`)));
  }
  let count = 0;
  return async () => {
    mark = `line ${++count} of the log`;
    missing = followers;
    all = Promise.withResolvers();
    const giveUp = setTimeout(() => {
      all.reject(new Error(`${missing} of ${followers} followers of ${url} did not get "${mark}"`));
    }, patienceMs);
    const started = performance.now();
    await Promise.all([sendLine(`==> ${build}: \x1b[32m${mark}\x1b[0m\n`), all.promise]);
    clearTimeout(giveUp);
    return performance.now() - started;
  };
}

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<void> {
  const sent = request(url, { method, headers: { ...headers, "content-type": "text/plain" } });
  sent.end(body);
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
}

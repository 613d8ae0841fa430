/**
 * Sends a provider messages that are malformed, over the socket that Terraform would use, and holds that each is
 * answered, with an error where it cannot be right, that nothing of it is a fault of the provider, and that its memory
 * does not grow. `node provider/test/fuzz.ts [--messages 1000000] [--seed 1]`
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { typeOfSchema } from "../src/framework/schema.ts";
import { encode } from "../src/framework/values/encode.ts";
import { ProviderDefinition } from "../src/generated/terraform/tfplugin6.ts";
import { waybill } from "../src/waybill.ts";
import { allCalls } from "./fuzz/calls.ts";
import { type Attempt, attempt, Random } from "./fuzz/malformed.ts";
import { PluginProcess, shipped } from "./harness/plugin-process.ts";
import { framed, type RawAnswer, RawClient } from "./harness/raw-client.ts";

export type Outcome = {
  readonly messages: number;
  readonly malformed: number;
  readonly refused: number;
  /** How often well-formed nonsense was called a fault of the provider. */
  readonly ownFaults: number;
  /** What should not have been answered so, a few of them. */
  readonly faults: readonly string[];
  /** Resident memory of the provider after each tenth, in MiB. */
  readonly memoryMiB: readonly number[];
};

const PARALLEL = 50;
const MOST_FAULTS = 10;
const ANSWER_TIMEOUT_MS = 60_000;
const TENTHS = 10;
/**
 * As little as it can work with: it holds 10 MiB. What it would not let go of ends it, and its resident memory does
 * not depend on when a machine with room to spare thinks it time to collect.
 */
const SMALL_HEAP = ["--max-old-space-size=32", "--max-semi-space-size=1"];
/** How much the provider may grow once it has seen half of the messages. */
const MOST_GROWTH_MIB = 16;
const OWN_FAULT = /This is a fault of the provider/;

/** @param onTenth told how far it is */
export async function fuzzProvider(
  messages: number,
  seed: number,
  onTenth: (done: number, memoryMiB: number) => void = () => {},
): Promise<Outcome> {
  const registry = await refusingRegistry();
  const [node, script] = shipped.script;
  const plugin = await PluginProcess.start([node, ...SMALL_HEAP, script]);
  const client = await RawClient.connect(plugin);
  const random = new Random(seed);
  const calls = allCalls(seed);
  const memoryMiB: number[] = [];
  const faults: string[] = [];
  let sent = 0;
  let malformed = 0;
  let refused = 0;
  let ownFaults = 0;

  const worker = async (until: number) => {
    while (sent < until && faults.length < MOST_FAULTS) {
      sent++;
      const one = attempt(calls, random);
      const answer = await answered(client, one);
      const isError = answer !== undefined && isRefused(one, answer);
      if (one.isMalformed) malformed++;
      if (isError) refused++;
      const isOwnFault = OWN_FAULT.test(answer?.body.toString("latin1") ?? "");
      if (isOwnFault) ownFaults++;
      const why = faultOf(one, answer, isError, isOwnFault);
      if (why !== undefined)
        faults.push(
          `${why}: ${one.path} ${one.body.toString("hex")}, answered ${answer?.body.toString("latin1")}`,
        );
    }
  };
  try {
    await configure(client, registry.address);
    for (let tenth = 1; tenth <= TENTHS; tenth++) {
      const until = Math.round((messages * tenth) / TENTHS);
      await Promise.all(Array.from({ length: PARALLEL }, () => worker(until)));
      memoryMiB.push(residentMiB(plugin.child.pid));
      onTenth(sent, memoryMiB.at(-1) ?? 0);
    }
    if (plugin.child.exitCode !== null) faults.push(`the provider ended with ${plugin.child.exitCode}`);
    const growth = (memoryMiB.at(-1) ?? 0) - (memoryMiB[TENTHS / 2 - 1] ?? 0);
    if (growth > MOST_GROWTH_MIB) faults.push(`memory grew by ${growth} MiB in the second half`);
    // What is well-formed nonsense may be logged as a fault; what Node itself says never should.
    const said = plugin.stderr.filter((line) => !line.startsWith("{"));
    faults.push(...said.slice(0, MOST_FAULTS).map((line) => `printed: ${line}`));
  } finally {
    client.close();
    await plugin.kill();
    await registry.stop();
  }
  return { messages: sent, malformed, refused, ownFaults, faults, memoryMiB };
}

function faultOf(
  { isMalformed }: Attempt,
  answer: RawAnswer | undefined,
  isError: boolean,
  isOwnFault: boolean,
): string | undefined {
  if (answer === undefined) return "no answer";
  if (!isMalformed) return undefined;
  if (isOwnFault) return "called a fault of the provider";
  return isError ? undefined : "accepted";
}

async function answered(client: RawClient, { path, body }: Attempt): Promise<RawAnswer | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(timeout.resolve, ANSWER_TIMEOUT_MS, undefined);
  const answer = await Promise.race([client.send(path, body), timeout.promise]);
  clearTimeout(timer);
  return answer?.broken && answer.status === undefined && answer.http === undefined ? undefined : answer;
}

/** Whether the call failed: by its status, or by an error within the answer. */
function isRefused({ path }: Attempt, { http, status, body }: RawAnswer): boolean {
  if (http !== 200 || status !== "0") return true;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const method = Object.values(ProviderDefinition.methods).find((one) => one.name === name);
  const answer = method?.responseType.decode(body.subarray(5)) as {
    diagnostics?: { severity: number }[];
    error?: object;
  };
  return answer.error !== undefined || answer.diagnostics?.some(({ severity }) => severity === 1) === true;
}

async function configure(client: RawClient, address: string): Promise<void> {
  const { schema } = waybill;
  const config = encode(typeOfSchema(schema), { address, token: `wbl_${"f".repeat(43)}` });
  const { requestType, name } = ProviderDefinition.methods.configureProvider;
  const message = requestType.encode(requestType.fromPartial({ config: { msgpack: config } })).finish();
  const answer = await client.send(`/${ProviderDefinition.fullName}/${name}`, framed(message));
  if (answer.status !== "0") throw new Error(`the provider could not be configured: ${answer.status}`);
}

/** What happens to be right asks a registry, which refuses all at once. */
async function refusingRegistry(): Promise<{ address: string; stop(): Promise<void> }> {
  const problem = { type: "about:blank", title: "no", status: 403, code: "forbidden", detail: "not for you" };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(403, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function residentMiB(pid: number | undefined): number {
  return Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)])) / 1024);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { messages: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
  });
  const outcome = await fuzzProvider(Number(values.messages), Number(values.seed), (done, memory) =>
    console.log(`${done} messages, the provider holds ${memory} MiB`),
  );
  console.log(
    `${outcome.messages} messages with seed ${values.seed}: ${outcome.refused} refused, of ${outcome.malformed} that are wrong for certain, ${outcome.ownFaults} called a fault of the provider; ${outcome.faults.length} faults`,
  );
  for (const fault of outcome.faults) console.log(fault);
  process.exitCode = outcome.faults.length > 0 ? 1 : 0;
}

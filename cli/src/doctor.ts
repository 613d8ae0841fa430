import type { TLSSocket } from "node:tls";
import {
  listSpool,
  RegistryClient,
  RegistryError,
  type Settings,
  scanRefused,
  spoolDirectory,
} from "@waybill/registry-client";
import { Transport } from "@waybill/registry-client/transport";
import { version } from "./version.ts";

type Commands = typeof import("@waybill/registry-server/operating/commands");
type Diagnosis = Awaited<ReturnType<Commands["doctor"]>>[number];

const tokenWarningMs = 7 * 86_400_000;

/** Looks at the way from this machine to a registry: address, clock, certificate, token, and what waits in the spool. */
export async function diagnoseClient(
  settings: Settings,
  isChosen: boolean,
  { clockOff, certificateUntil }: Pick<Commands, "clockOff" | "certificateUntil">,
): Promise<Diagnosis[]> {
  const client = new RegistryClient(settings, { userAgent: `waybill-cli/${version}`, retries: 0 });
  try {
    const health = await client.health().catch((error: unknown) => error as Error);
    if (health instanceof Error) return [unreached(health, isChosen), ...(await spool())];
    return [
      reached(settings, health.version),
      ...(await connection(settings, clockOff, certificateUntil)),
      await token(client, settings),
      ...(await spool()),
    ];
  } finally {
    client.close();
  }
}

function unreached({ message }: Error, isChosen: boolean): Diagnosis {
  if (!isChosen) {
    const advice = "Start it with waybill serve, or say with WAYBILL_ADDRESS where it is.";
    return { subject: "registry", state: "warning", says: message, advice };
  }
  const advice = "Check WAYBILL_ADDRESS, WAYBILL_CA_FILE and HTTPS_PROXY, and that the server runs.";
  return { subject: "registry", state: "wrong", says: message, advice };
}

function reached({ address }: Settings, running: string): Diagnosis {
  const proxy = process.env[address.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"];
  const says = `waybill ${running} answers at ${address.href}${proxy ? ", where NO_PROXY does not say otherwise through the proxy" : ""}`;
  if (running === version) return { subject: "registry", state: "right", says };
  const advice = "They understand each other; use the same version all the same.";
  return { subject: "registry", state: "warning", says: `${says}; this is waybill ${version}`, advice };
}

/** What the answer to one request says beside its content. */
async function connection(
  settings: Settings,
  clockOff: Commands["clockOff"],
  certificateUntil: Commands["certificateUntil"],
): Promise<Diagnosis[]> {
  const transport = new Transport(settings, process.env, () => undefined);
  try {
    const signal = AbortSignal.timeout(settings.timeoutMs);
    const url = new URL("healthz", settings.address);
    const { headers, stream } = await transport.send({
      method: "GET",
      url,
      headers: {},
      body: undefined,
      signal,
    });
    const socket = stream.socket as Partial<TLSSocket>;
    const validTo = socket.getPeerCertificate?.()?.valid_to;
    stream.resume();
    // A date has whole seconds.
    const off = Date.parse(headers.date ?? "") + 500 - Date.now();
    return [
      ...(Number.isNaN(off) ? [] : [clockOff("clock of the registry", off)]),
      ...(validTo ? [certificateUntil("certificate of the registry", new Date(validTo), new Date())] : []),
    ];
  } finally {
    transport.close();
  }
}

async function token(client: RegistryClient, settings: Settings): Promise<Diagnosis> {
  const subject = "token";
  try {
    const { name, scopes, expires_at } = await client.tokens.self();
    const held = scopes.map(({ scope, pattern }) => `${scope} on ${pattern}`).join(", ") || "nothing";
    const says = `${name}: ${held}${expires_at ? `, until ${expires_at}` : ""}`;
    // That of a CI job is short-lived, and exchanged again by itself.
    const left =
      expires_at && !settings.identity ? Date.parse(expires_at) - Date.now() : Number.POSITIVE_INFINITY;
    if (left < tokenWarningMs)
      return { subject, state: "warning", says, advice: "Make a new one: waybill tokens create." };
    return { subject, state: "right", says };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (settings.token === undefined && !settings.identity) {
      const advice = "Set WAYBILL_TOKEN, if this machine does more than read what everybody may.";
      return { subject, state: "warning", says: "there is none", advice };
    }
    return {
      subject,
      state: "wrong",
      says: error.message,
      advice: "Check WAYBILL_TOKEN, or make a new one: waybill tokens create.",
    };
  }
}

async function spool(): Promise<Diagnosis[]> {
  const directory = spoolDirectory(process.env);
  const [waiting, refused] = [await listSpool(directory), await scanRefused(directory)];
  const warnings = [
    { count: waiting.length, says: "publications wait to be sent", advice: "waybill spool send" },
    { count: refused.length, says: "publications were refused and set aside", advice: "waybill spool list" },
  ];
  return warnings.flatMap(({ count, says, advice }) =>
    count === 0 ? [] : [{ subject: "spool", state: "warning", says: `${count} ${says}`, advice }],
  );
}

import { RegistryClient, readSettings, type Settings } from "@waybill/registry-client";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { version } from "./version.ts";

/** The settings that the options before and after a command, and the environment, make up. */
export function settingsOf(command: Command): Settings {
  const { address, token, namespace, caFile, timeout, consumer } =
    command.optsWithGlobals<Record<string, string>>();
  return readSettings({ address, token, namespace, ca_file: caFile, timeout, consumer }, process.env);
}

/** Gives an action the client it asks, and closes it when the action is done. */
export async function withClient<T>(
  command: Command,
  output: Output,
  action: (client: RegistryClient, settings: Settings) => Promise<T>,
  options: { retries?: number } = {},
): Promise<T> {
  const settings = settingsOf(command);
  const log = (message: string) => output.note(message);
  const client = new RegistryClient(settings, { userAgent: `waybill-cli/${version}`, log, ...options });
  try {
    return await action(client, settings);
  } finally {
    client.close();
  }
}

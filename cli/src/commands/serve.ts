import type { Command } from "commander";
import { exitCode, UsageError } from "../failures.ts";

const EXAMPLES = `
Examples:
  waybill serve --dev
  WAYBILL_DATABASE_URL=postgres://... waybill serve --listen 0.0.0.0:8421
`;

/**
 * Runs a registry until it is told to stop. The flags are the server's own.
 *
 * @returns the exit code
 */
export async function serve(argv: string[]): Promise<number> {
  const server = await import("@waybill/registry-server");
  const code = await server.serve(argv);
  if (code === 0 && (argv.includes("--help") || argv.includes("-h"))) process.stdout.write(EXAMPLES);
  // Elsewhere 1 means that something could not start; here it would mean "there is none".
  return code === exitCode.none ? exitCode.refused : code;
}

/** Reached only when options of the other commands stand before `serve`. */
export function define(command: Command): void {
  command.allowExcessArguments().action(() => {
    throw new UsageError("serve has options of its own; write it first: waybill serve --help");
  });
}

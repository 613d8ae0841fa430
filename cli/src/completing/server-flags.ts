import type { Candidate } from "./complete.ts";

/** The flags of `waybill serve`, which are the server's own, as its usage lists them. */
export async function serverFlags(): Promise<Candidate[]> {
  const { usage } = await import("@waybill/registry-server/config");
  const flags = usage().matchAll(/^ {2}(--[a-z-]+).* {2}(.+)$/gm);
  return [...flags].map(([, value = "", meaning = ""]) => ({ value, meaning }));
}

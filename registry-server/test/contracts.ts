import type { Access } from "../src/http/contract.ts";
import { contracts } from "../src/http/openapi.ts";

/** What the tests read of a route contract. */
export type Contract = Access & {
  method: string;
  path: string;
  operationId: string;
  security?: unknown[];
  request?: {
    params?: Schema;
    query?: Schema;
    body?: { content: Record<string, { example: unknown }> };
  };
};
type Schema = { shape: Record<string, { safeParse(value: unknown): { success: boolean } }> };

/** Every route contract of the API. */
export const everyContract = contracts as unknown as Contract[];

/** Something valid for each parameter that a path has, or that a query must have. */
const values: Record<string, string> = {
  version: "1",
  build: "a",
  channel: "production",
  name: "x",
  sha256: "a".repeat(64),
  path: "disk/x.raw",
  external_id: "ami-1",
  consumer: "acme/production",
  from: "1",
  to: "1",
  id: "1",
  webhook: "x",
  delivery: "1",
  publisher: "waybill",
  release: "0.1.0",
  type: "waybill",
  os: "linux",
  arch: "amd64",
  file: "terraform-provider-waybill_0.1.0_SHA256SUMS",
  host: "registry.terraform.io",
  document: "0.1.0.json",
};

export type Sent = { method: string; path: string; init: RequestInit };

/**
 * A request that a route takes, made from its contract.
 *
 * @param given values of parameters that a test wants to be different, and the body instead of the contract's example
 * @throws for a parameter that is unknown here, so that a new route is not left out of the tests
 */
export function requestFor(contract: Contract, given: Record<string, string>, body?: unknown): Sent {
  const { params, query, body: bodies } = contract.request ?? {};
  const find = (name: string): string => {
    const value = given[name] ?? values[name];
    if (value === undefined)
      throw new Error(`test/contracts.ts has no value for "${name}" of ${contract.path}`);
    return value;
  };
  for (const name of Object.keys(params?.shape ?? {})) find(name);
  const path = contract.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => find(name));
  const needed = Object.entries(query?.shape ?? {}).filter(
    ([, schema]) => !schema.safeParse(undefined).success,
  );
  const text = new URLSearchParams(needed.map(([name]) => [name, find(name)])).toString();
  const [media] = Object.entries(bodies?.content ?? {});
  const init: RequestInit = { method: contract.method.toUpperCase() };
  if (media?.[0] === "application/json") {
    init.body = JSON.stringify(body ?? media[1].example);
    init.headers = { "Content-Type": "application/json" };
  } else if (media) {
    init.body = "bytes";
    init.headers = { "Content-Type": "application/octet-stream" };
  }
  return { method: init.method ?? "GET", path: text === "" ? path : `${path}?${text}`, init };
}

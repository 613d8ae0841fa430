import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { body, type Fault, FaultyRegistry, problem } from "./harness/faulty-registry.ts";
import { ProviderClient } from "./harness/provider-client.ts";

let registry: FaultyRegistry;
let client: ProviderClient;

beforeAll(async () => {
  registry = await FaultyRegistry.start();
  client = await ProviderClient.start({
    WAYBILL_ADDRESS: registry.address(),
    WAYBILL_TOKEN: `wbl_${"f".repeat(43)}`,
  });
});
afterAll(async () => {
  await client.stop();
  await registry.stop();
});

describe("an assignment whose channel is changed meanwhile", () => {
  const assignment = { artifact: "hashicorp/web", channel: "production", version: 2 };
  const changed = problem(412, "precondition_failed");
  const pointing = (number: number, revision: number) =>
    body(
      200,
      "application/json",
      JSON.stringify({ artifact: "hashicorp/web", name: "production", version: { number }, revision }),
    );
  const answers = (...faults: Fault[]) => {
    registry.fault = (response, request) => (faults.shift() ?? problem(500, "internal"))(response, request);
  };

  test("is made as long as the channel points where it was to", async () => {
    answers(pointing(1, 1), changed, pointing(1, 2), pointing(2, 3));
    const made = await client.apply("waybill_channel_assignment", null, assignment);
    expect(made).toMatchObject({ diagnostics: [], state: { ...assignment, replaces: 1 } });
  });

  test("is refused when that was moved", async () => {
    answers(pointing(1, 1), changed, pointing(3, 2));
    const { diagnostics } = await client.apply(
      "waybill_channel_assignment",
      { ...assignment, version: 1, id: "hashicorp/web/production" },
      assignment,
    );
    expect(diagnostics).toMatchObject([{ summary: "Channel was moved meanwhile" }]);
  });

  test("is gone with its channel", async () => {
    answers(pointing(2, 1), changed, problem(404, "channel_not_found"));
    const state = { ...assignment, id: "hashicorp/web/production" };
    const gone = await client.apply("waybill_channel_assignment", state, null);
    expect(gone).toMatchObject({ diagnostics: [], state: null });
  });

  test("is given up when that goes on", async () => {
    registry.fault = (response, request) =>
      (request.method === "GET" ? pointing(1, 1) : changed)(response, request);
    const { diagnostics } = await client.apply("waybill_channel_assignment", null, assignment);
    expect(diagnostics).toMatchObject([{ summary: "Changed meanwhile" }]);
  });
});

import { beforeAll, describe, expect, inject, test } from "vitest";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { RecordingProxy } from "./harness/recording-proxy.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const count = 200;
const configuration = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
data "waybill_artifact" "each" {
  count = ${count}
  name  = "fleet/web\${count.index}"
}
output "images" {
  value = data.waybill_artifact.each[*].external_id
}
`;

beforeAll(async () => {
  for (let index = 0; index < count; index++) {
    const images = [{ platform: "aws", region: "us-east-1", external_id: `ami-${index}` }];
    const builds = [{ name: "amazon-ebs.web", artifact_type: "amazon.ami", images }];
    await registry.client.publish(`fleet/web${index}`, { fingerprint: "one", builds });
  }
});

describe.for(inject("terraforms"))("$title reads 200 artifacts", ({ path }) => {
  test.for([
    { parallelism: 10, requests: 21 },
    { parallelism: 200, requests: 5 },
  ])("at -parallelism=$parallelism in at most $requests requests", async ({ parallelism, requests }) => {
    const proxy = await new RecordingProxy(registry.address).start();
    try {
      const workspace = await newWorkspace({ ...registry.settings, WAYBILL_ADDRESS: proxy.address });
      await workspace.write("main.tf", configuration);
      expectSuccess(await workspace.run(path, ["init"]));
      const plan = expectSuccess(await workspace.run(path, ["plan", `-parallelism=${parallelism}`]));
      expect(plan.output.match(/"ami-\d+"/g)).toHaveLength(count);
      const sizes = proxy.requests.map(({ body }) => JSON.parse(body).queries.length as number);
      expect(sizes.length, sizes.join()).toBeLessThanOrEqual(requests);
    } finally {
      await proxy.stop();
    }
  });
});

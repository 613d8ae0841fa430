import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { claimsOf, Issuer } from "../registry-server/test/issuer.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileTemplate } from "./harness/templates.ts";

/** CI jobs that have no secret: they show who they are. */
const registry = useRegistry({ WAYBILL_ALLOW_NETWORKS: "127.0.0.0/8" });
const newWorkspace = useWorkspaces();
const issuer = new Issuer();
const requestSecret = "the-job-asks-GitHub-with-this";
const asked: { url: string | undefined; authorization: string | undefined }[] = [];
/** What GitHub Actions offers to a job with `permissions: id-token: write`. */
const github = createServer(async ({ url, headers }, response) => {
  asked.push({ url, authorization: headers.authorization });
  response.end(JSON.stringify({ value: await issuer.sign(claimsOf.github, new Date()) }));
});

beforeAll(async () => {
  await issuer.start();
  await issuer.addKey("one");
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
  const rule = { issuer: issuer.url, audience: "waybill", claims: { repository: "acme/web" } };
  const { trust } = registry.client;
  await trust.put("builds", { ...rule, scopes: [{ scope: "publish", pattern: "acme/image" }] });
});
afterAll(async () => {
  github.closeAllConnections();
  github.close();
  await issuer.close();
});

const job = () => ({
  WAYBILL_ADDRESS: registry.address,
  WAYBILL_OIDC_AUDIENCE: "waybill",
  ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestSecret,
});

test("Packer publishes from GitHub Actions, and nothing of who it is shows", async () => {
  const workspace = await newWorkspace(job());
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "acme/image"'));
  const { output } = expectSuccess(await workspace.packer(["build", "."], { PACKER_LOG: "1" }));
  expect(output).not.toContain("wbl_");
  expect(output).not.toContain(requestSecret);
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(["/token?api-version=2.0&audience=waybill"]));
  expect(asked[0]?.authorization).toBe(`Bearer ${requestSecret}`);
  const { items } = await registry.client.events.list({
    artifact: "acme/image",
    action: ["version.completed"],
  });
  expect(items.map((event) => event.actor)).toEqual([`builds:${claimsOf.github.sub}`]);
});

test("Packer keeps what a job that is not trusted built", async () => {
  const workspace = await newWorkspace({ ...job(), WAYBILL_OIDC_TOKEN: "not.a.token" });
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "acme/image"'));
  const { output } = await workspace.packer(["build", "."]);
  expect(output).toContain("was not exchanged for a token");
  expect(await workspace.list("images")).toEqual(["web.img"]);
  expect(await workspace.list(".spool")).toHaveLength(1);
});

describe.for(inject("terraforms"))("$title", ({ path }) => {
  const configuration = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
data "waybill_artifact" "image" {
  name  = "acme/image"
  build = "known"
}
`;

  test("reads with the identity of its job, and only what that may read", async () => {
    const builds = [
      {
        name: "known",
        artifact_type: "amazon.ami",
        images: [{ platform: "aws", region: "eu-west-1", external_id: "ami-1" }],
      },
    ];
    await registry.client.publish("acme/image", { fingerprint: "known", builds });
    await registry.client.publish("acme/other", { fingerprint: "known", builds });
    const identity = await issuer.sign(claimsOf.github, new Date());
    const workspace = await newWorkspace({ WAYBILL_ADDRESS: registry.address, WAYBILL_OIDC_TOKEN: identity });
    await workspace.write("main.tf", configuration);
    expectSuccess(await workspace.run(path, ["init"]));
    expectSuccess(await workspace.run(path, ["plan"]));
    await workspace.write("main.tf", configuration.replace("acme/image", "acme/other"));
    const refused = expectFailure(await workspace.run(path, ["plan"]));
    expect(refused.output).toContain("No such artifact");
    expect(refused.output).not.toContain(identity);
  });
});

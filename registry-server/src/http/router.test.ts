import { describe, expect, it } from "vitest";
import { FixedFirstRouter } from "./router.ts";

describe("the router", () => {
  const router = new FixedFirstRouter<string>();
  router.add("GET", "/tokens/:name", "one");
  router.add("GET", "/tokens/self", "self");
  router.add("DELETE", "/tokens/:name", "delete");
  router.add("GET", "/files/:path{.+}", "file");
  router.add("GET", "/v1/providers/:name/versions", "versions");
  router.add("GET", "/v1/providers/:name/:version", "version");

  it.each([
    ["GET", "/tokens/self", ["self"]],
    ["GET", "/tokens/other", ["one"]],
    ["DELETE", "/tokens/self", ["delete"]],
    ["GET", "/files/a/b", ["file"]],
    ["GET", "/v1/providers/a/1.0.0", ["version"]],
    ["POST", "/tokens/self", []],
    ["GET", "/tokens", []],
  ])("%s %s goes to %j", (method, path, handlers) => {
    expect(router.match(method, path)[0].map(([handler]) => handler)).toEqual(handlers);
  });

  it("prefers what was added first where Terraform's paths meet", () => {
    expect(router.match("GET", "/v1/providers/a/versions")[0][0]?.[0]).toBe("versions");
  });

  it("gives the parameters", () => {
    const [[match], stash] = router.match("GET", "/files/a/b");
    expect(stash?.[Number(match?.[1].path)]).toBe("a/b");
  });
});

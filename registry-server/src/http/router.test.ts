import { describe, expect, it } from "vitest";
import { FixedFirstRouter } from "./router.ts";

describe("the router", () => {
  const router = new FixedFirstRouter<string>();
  router.add("GET", "/tokens/:name", "one");
  router.add("GET", "/tokens/self", "self");
  router.add("DELETE", "/tokens/:name", "delete");
  router.add("GET", "/files/:path{.+}", "file");

  it.each([
    ["GET", "/tokens/self", ["self"]],
    ["GET", "/tokens/other", ["one"]],
    ["DELETE", "/tokens/self", ["delete"]],
    ["GET", "/files/a/b", ["file"]],
    ["POST", "/tokens/self", []],
    ["GET", "/tokens", []],
  ])("%s %s goes to %j", (method, path, handlers) => {
    expect(router.match(method, path)[0].map(([handler]) => handler)).toEqual(handlers);
  });

  it("gives the parameters", () => {
    const [[match], stash] = router.match("GET", "/files/a/b");
    expect(stash?.[Number(match?.[1].path)]).toBe("a/b");
  });
});

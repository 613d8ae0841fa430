import { beforeEach, expect, it } from "vitest";
import { TestClock } from "../../test/api.ts";
import { Issuer, useIssuer } from "../../test/issuer.ts";
import { createOutbound } from "../outbound/fetch.ts";
import { Issuers, IssuerUnavailable } from "./issuers.ts";

const outbound = createOutbound({ allowedNetworks: ["127.0.0.0/8"] });
const quiet = { warn: () => {} };
const issuer = useIssuer();
let clock = new TestClock();
let issuers = new Issuers(outbound, clock.read, quiet);

beforeEach(() => {
  issuer.failsWith = undefined;
  issuer.asked["/jwks"] = 0;
  clock = new TestClock();
  issuers = new Issuers(outbound, clock.read, quiet);
});

const verify = async (kid = "one") => issuers.verify(await issuer.sign({}, clock.read(), kid), issuer.url);
const asked = () => issuer.asked["/jwks"];

it.each(["RS256", "PS384", "ES256", "ES512", "EdDSA"])("takes keys for %s", async (alg) => {
  await issuer.addKey(`key-${alg}`, alg);
  expect((await verify(`key-${alg}`)).sub).toBe("job");
});

it("asks once for many tokens, and again after ten minutes", async () => {
  await Promise.all(Array.from({ length: 20 }, () => verify()));
  expect(asked()).toBe(1);
  clock.advance(10 * 60_000 - 1);
  await verify();
  expect(asked()).toBe(1);
  clock.advance(1);
  await verify();
  expect(asked()).toBe(2);
});

it("finds a key that is new, and is not made to ask again and again by keys that nobody has", async () => {
  await verify();
  clock.advance(10_000);
  await issuer.addKey("new");
  expect((await verify("new")).sub).toBe("job");
  expect(asked()).toBe(2);
  await issuer.addKey("unknown", "ES256", false);
  for (let count = 0; count < 20; count++) {
    await expect(verify("unknown")).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
  }
  expect(asked()).toBe(2);
  clock.advance(10_000);
  await expect(verify("unknown")).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
  await verify();
  expect(asked()).toBe(3);
});

it("a key that is withdrawn is no longer good once the keys are asked for again", async () => {
  const jwk = await issuer.addKey("stolen");
  await verify("stolen");
  issuer.published.splice(issuer.published.indexOf(jwk), 1);
  clock.advance(10 * 60_000);
  await expect(verify("stolen")).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
});

it("goes on with what it knows for a day while the issuer cannot be asked", async () => {
  await verify();
  issuer.failsWith = 503;
  clock.advance(23 * 3_600_000);
  expect((await verify()).sub).toBe("job");
  clock.advance(3_600_000);
  await expect(verify()).rejects.toThrow(IssuerUnavailable);
  issuer.failsWith = undefined;
  await expect(verify()).rejects.toThrow(/answers with 503/);
  clock.advance(10_000);
  expect((await verify()).sub).toBe("job");
});

it.each<[string, (other: Issuer) => void, RegExp]>([
  ["calls itself something else", (other) => (other.discovery.issuer = `${other.url}/`), /calls itself/],
  ["tells of no keys", (other) => delete other.discovery.jwks_uri, /something else than it should/],
  ["has keys in a file", (other) => (other.discovery.jwks_uri = "file:///etc/passwd"), /something else/],
  ["redirects", (other) => (other.failsWith = 302), /answers with 302/],
  ["has too much to say", (other) => (other.discovery.x = "x".repeat(600_000)), /too much/],
  ["has keys of no kind", (other) => (other.published = [{}]), /something else than it should/],
  [
    "keeps its keys in a private network",
    (other) => (other.discovery.jwks_uri = "http://10.0.0.1/"),
    /private/,
  ],
])("does not trust an issuer that %s", async (_what, change, because) => {
  const other = new Issuer();
  await other.start();
  await other.addKey("one");
  change(other);
  const token = await other.sign({}, clock.read());
  const failure = await issuers.verify(token, other.url).catch((error: Error) => error);
  expect(failure).toBeInstanceOf(IssuerUnavailable);
  expect((failure as Error).message).toMatch(because);
  await other.close();
});

it("asks nobody in a private network unless the operator allows it", async () => {
  const strict = new Issuers(createOutbound({ allowedNetworks: [] }), clock.read, quiet);
  const token = await issuer.sign({}, clock.read());
  await expect(strict.verify(token, issuer.url)).rejects.toThrow(/private, loopback/);
  expect(asked()).toBe(0);
});

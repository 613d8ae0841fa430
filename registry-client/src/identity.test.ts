import { expect, onTestFinished, test } from "vitest";
import { json, play, problem, type Seen } from "../test/server.ts";
import { type ClientOptions, RegistryClient, readSettings } from "./index.ts";

const query = { artifact: "hashicorp/web" };
const token = (count: number) => `wbl_${String(count).padStart(43, "t")}`;
const exchanges = (seen: Seen[]) => seen.filter(({ url }) => url.endsWith("/exchange"));
const authorization = (seen: Seen[]) => seen.map(({ headers }) => headers.authorization);

function client(env: NodeJS.ProcessEnv, options: Partial<ClientOptions> = {}, args = {}) {
  const settings = readSettings({ timeout: "5s", ...args }, env);
  const made = new RegistryClient(settings, { userAgent: "waybill-test/0", env, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** A registry that takes the tokens it exchanged, but for those that it has forgotten. */
async function registry(known = (_count: number) => true) {
  let count = 0;
  return play(({ url, headers }, response) => {
    if (url.endsWith("/exchange")) return json(response, { token: token(++count) });
    const isKnown = headers.authorization === `Bearer ${token(count)}` && known(count);
    return isKnown ? json(response, { artifact: "a", items: [] }) : problem(response, 401, "unauthorized");
  });
}

test("exchanges the identity token of the job once, for all calls, and sends it nowhere else", async () => {
  const { address, seen } = await registry();
  const made = client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "a.b.c\n" });
  await Promise.all([made.resolve(query), made.resolve(query), made.listArtifacts()]);
  await made.resolve(query);
  const [first, ...others] = seen;
  expect(first).toMatchObject({ method: "POST", url: "/v1/tokens/exchange", body: '{"token":"a.b.c"}' });
  expect(first?.headers.authorization).toBeUndefined();
  expect(authorization(others)).toEqual(Array.from({ length: 4 }, () => `Bearer ${token(1)}`));
});

test("does so only where no token is given", async () => {
  const { address, seen } = await play((_, response) => json(response, { artifact: "a" }));
  const env = { WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "a.b.c" };
  await client({ ...env, WAYBILL_TOKEN: token(7) }).resolve(query);
  await client(env, {}, { token: token(8) }).resolve(query);
  expect(authorization(seen)).toEqual([`Bearer ${token(7)}`, `Bearer ${token(8)}`]);
});

test("asks nobody while no call is made", async () => {
  const { address, seen } = await registry();
  client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "a.b.c" }).close();
  expect(seen).toEqual([]);
});

test("exchanges again when the registry no longer knows the token, once however many calls notice", async () => {
  const { address, seen } = await registry((count) => count > 1);
  const made = client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "a.b.c" });
  await Promise.all(Array.from({ length: 5 }, () => made.resolve(query)));
  expect(exchanges(seen)).toHaveLength(2);
});

test("gives up when what it was given is refused as well", async () => {
  const { address, seen } = await registry(() => false);
  const made = client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "a.b.c" });
  await expect(made.resolve(query)).rejects.toMatchObject({ kind: "refused", code: "unauthorized" });
  expect(exchanges(seen)).toHaveLength(2);
});

test("says why the registry does not trust it, without showing it, and tries anew the next time", async () => {
  const identity = "secret.identity.token";
  const { address, seen } = await play((_, response) =>
    problem(response, 403, "identity_refused", { detail: `No rule for ${identity}.` }),
  );
  const made = client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: identity });
  const message = "the identity token of this job was not exchanged for a token: No rule for [token].";
  const failure = { kind: "refused", code: "identity_refused", status: 401, message };
  await expect(made.resolve(query)).rejects.toMatchObject(failure);
  await expect(made.resolve(query)).rejects.toMatchObject(failure);
  expect(seen).toHaveLength(2);
});

test("what is no identity token is a refusal of who asks, not of what is published", async () => {
  const { address } = await play((_, response) => problem(response, 400, "invalid_request"));
  const made = client({ WAYBILL_ADDRESS: address, WAYBILL_OIDC_TOKEN: "$CIRCLE_OIDC_TOKEN" });
  const failure = { kind: "refused", code: "invalid_request", status: 401 };
  await expect(made.publish("hashicorp/web", { fingerprint: "f" })).rejects.toMatchObject(failure);
});

test("asks GitHub for an identity token when it is told the audience", async () => {
  const { address, seen } = await registry();
  const github = await play((_, response) => json(response, { value: "g.h.i" }));
  const env = {
    WAYBILL_ADDRESS: address,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${github.address}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-secret",
  };
  await client({ ...env, WAYBILL_OIDC_AUDIENCE: "https://waybill.example.com" }).resolve(query);
  expect(github.seen.map(({ url }) => url)).toEqual([
    "/token?api-version=2.0&audience=https%3A%2F%2Fwaybill.example.com",
  ]);
  expect(authorization(github.seen)).toEqual(["Bearer request-secret"]);
  expect(seen[0]?.body).toBe('{"token":"g.h.i"}');
  expect(JSON.stringify(seen)).not.toContain("request-secret");
  await expect(client(env).resolve(query)).rejects.toMatchObject({ code: "unauthorized" });
  expect(github.seen).toHaveLength(1);
});

test.each([
  ["refuses", 403, {}],
  ["answers something else", 200, { other: 1 }],
])(
  "a GitHub that %s is as if the registry could not be reached, so that a build is kept",
  async (_what, status, body) => {
    const github = await play((_, response) => json(response, body, status));
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: github.address,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-secret",
      WAYBILL_OIDC_AUDIENCE: "waybill",
    };
    const failure = client(env).resolve(query);
    await expect(failure).rejects.toMatchObject({ kind: "unreachable", code: "identity" });
    await expect(failure).rejects.toThrow(/id-token: write/);
    await expect(failure).rejects.not.toThrow(/request-secret/);
  },
);

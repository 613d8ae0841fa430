import fc from "fast-check";
import { Webhook as Verifier } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { Api, ami, day, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { ManualJobs } from "../../test/manual-jobs.ts";
import { type ReceivedRequest, Receiver } from "../../test/receiver.ts";
import type { Event } from "../events/schema.ts";
import { mostTries, nextTry, pauseUntil, waitMs } from "./backoff.ts";
import { queueName } from "./planning.ts";
import type { Delivery, Webhook } from "./schema.ts";

const hour = 3_600_000;

describe("the wait before the next try", () => {
  it("grows from five seconds to six hours, and all of them take two to three days", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (random) => {
        const waits = Array.from({ length: mostTries - 1 }, (_, index) => waitMs(index + 1, () => random));
        expect(waits[0]).toBeGreaterThanOrEqual(2_500);
        expect(waits[0]).toBeLessThanOrEqual(5_000);
        expect(waits.at(-1)).toBeLessThanOrEqual(6 * hour);
        for (const [index, wait] of waits.entries())
          expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 0);
        const all = waits.reduce((sum, wait) => sum + wait, 0);
        expect(all).toBeGreaterThan(1.5 * day);
        expect(all).toBeLessThan(3.5 * day);
      }),
    );
  });

  it("differs from time to time, and is what the receiver asks for up to the longest", () => {
    expect(new Set(Array.from({ length: 20 }, () => waitMs(10))).size).toBeGreaterThan(10);
    const now = new Date(0);
    expect(nextTry(now, 1, 120_000).getTime()).toBe(120_000);
    expect(nextTry(now, 1, 100 * day).getTime()).toBe(6 * hour);
    expect(pauseUntil(now, 30).getTime()).toBe(600_000);
  });
});

forEachDatabase((test) => {
  let jobs: ManualJobs;
  let api: Api;
  let receiver: Receiver;
  let count = 0;
  let name = "";
  let artifact = "";
  let secret = "";

  const path = (rest = "") => `/v1/webhooks/${name}${rest}`;
  const show = async () => (await api.get<Webhook>(path())).body;
  const deliveries = async (query = "") =>
    (await api.get<Page<Delivery>>(path(`/deliveries?${query}`))).body.items;
  const run = () => jobs.run(queueName);
  const publish = (fingerprint: string) =>
    api.publish(artifact, { fingerprint, builds: [{ name: "a", ...ami("ami-1") }] });
  const verify = ({ body, headers }: ReceivedRequest, by = secret) => new Verifier(by).verify(body, headers);

  beforeEach(async () => {
    name = `hook-${++count}`;
    artifact = `webhooks/a${count}`;
    jobs = new ManualJobs();
    // What is signed must not be old.
    api = new Api(test.database, { jobs, clock: Date.now() });
    receiver = await Receiver.start();
    const body = { name, url: `${receiver.url}/hook`, events: ["version.completed"], artifacts: [artifact] };
    const created = await api.send<Webhook & { secret: string }>("POST", "/v1/webhooks", body);
    expect(created.status).toBe(201);
    secret = created.body.secret;
  });

  it("a message is the event, signed so that somebody else's verifier takes it", async () => {
    await publish("f");
    await run();
    const [request] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    if (!request) throw new Error("nothing came");
    expect(request.path).toBe("/hook");
    expect(verify(request)).toMatchObject({
      type: "version.completed",
      timestamp: api.clock.read().toISOString(),
      data: { artifact, number: 1, fingerprint: "f", actor: "dev" },
    });
    const [event] = (await api.get<Page<Event>>(`/v1/events?artifact=${artifact}`)).body.items;
    expect(JSON.parse(request.body).data).toEqual(event);
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({
      id: request.headers["webhook-id"],
      state: "delivered",
      event: { id: event?.id },
    });
    expect(delivery?.attempts).toMatchObject([{ number: 1, status: 204, error: null }]);
    expect(() => verify({ ...request, body: request.body.replace("dev", "ops") })).toThrow(/signature/i);
  });

  it("only the events and artifacts that were chosen are sent", async () => {
    await api.publish(`${artifact}-other`, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    await api.publish(artifact, { fingerprint: "open", expected_builds: ["a"] });
    expect(jobs.waiting).toEqual([]);
    await publish("f");
    expect(jobs.waiting).toHaveLength(1);
    await api.send("PATCH", path(), { events: ["channel.*"], artifacts: ["webhooks"] });
    await publish("f2");
    expect(jobs.waiting).toHaveLength(1);
    await api.send("PUT", `/v1/artifacts/${artifact}-other/channels/prod`, { version: 1 });
    expect(jobs.waiting.length).toBeGreaterThan(1);
  });

  it("a write that fails sends nothing", async () => {
    const builds = [{ name: "a", ...ami("ami-1") }];
    await api.send("POST", `/v1/artifacts/${artifact}/versions`, {
      fingerprint: "f",
      expected_builds: ["z"],
      builds,
    });
    expect(await deliveries()).toEqual([]);
  });

  it("what is not taken is tried again later, with the same id and the same body, until it is", async () => {
    receiver.always(503, {}, "the queue\n is full");
    await publish("f");
    await run();
    expect(await show()).toMatchObject({ failures: 1, failing_since: api.clock.read().toISOString() });
    const [first] = await deliveries();
    expect(first).toMatchObject({
      state: "waiting",
      attempts: [{ status: 503, error: "It answered 503.", answer: "the queue is full" }],
    });
    const waits = Date.parse(first?.next_attempt_at ?? "") - api.clock.read().getTime();
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThanOrEqual(5_000);
    const startAfter = jobs.waiting[0]?.options.startAfter?.getTime() ?? 0;
    expect(startAfter).toBeGreaterThan(Date.now() - 1_000);
    await run();
    expect(receiver.received).toHaveLength(1);
    api.clock.advance(30_000);
    receiver.always(200);
    await run();
    const [one, two] = receiver.received;
    expect([two?.headers["webhook-id"], two?.body]).toEqual([one?.headers["webhook-id"], one?.body]);
    if (two) verify(two);
    expect((await deliveries())[0]).toMatchObject({
      state: "delivered",
      attempts: [{ number: 2 }, { number: 1 }],
    });
    expect(await show()).toMatchObject({ failures: 0, failing_since: null });
  });

  it("while a receiver fails, the others' turn does not wait for it: its deliveries pause", async () => {
    receiver.always(500);
    await publish("f1");
    await run();
    await publish("f2");
    await run();
    expect(receiver.received).toHaveLength(1);
    api.clock.advance(60_000);
    receiver.always(204);
    await run();
    expect(receiver.received).toHaveLength(3);
    expect((await deliveries()).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
  });

  it("after two to three days in vain it has failed, and the webhook is disabled with an event that says so", async () => {
    receiver.always(500);
    await publish("f");
    let attempts = 0;
    while (jobs.waiting.length > 0 && attempts++ < 100) {
      await run();
      api.clock.advance(6 * hour);
      if (receiver.received.length === 10) await publish("later");
    }
    const state = await show();
    expect(state).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringMatching(/^Nothing was taken since .* It answered 500\.$/),
    });
    expect(new Set((await deliveries()).map((delivery) => delivery.state))).toEqual(new Set(["failed"]));
    const { items } = (await api.get<Page<Event>>("/v1/events?action=webhook.disabled&limit=1")).body;
    expect(items[0]).toMatchObject({
      actor: "server",
      detail: { after: { name }, reason: state.disabled_reason },
    });
    const sent = receiver.received.length;
    await publish("while-disabled");
    expect(jobs.waiting).toEqual([]);
    expect((await api.send("POST", path("/replay"), { since: "2020-01-01T00:00:00Z" })).body.code).toBe(
      "webhook_disabled",
    );
    expect((await api.send<Webhook>("PATCH", path(), { enabled: true })).body).toMatchObject({
      enabled: true,
      failures: 0,
    });
    receiver.always(204);
    const replay = await api.send<{ replayed: number }>("POST", path("/replay"), {
      since: "2020-01-01T00:00:00Z",
    });
    expect(replay.body).toEqual({ replayed: 3 });
    await run();
    expect(receiver.received).toHaveLength(sent + 3);
    expect(await deliveries("state=delivered")).toHaveLength(3);
  });

  it("a receiver that is gone for good is not asked again", async () => {
    receiver.always(410);
    await publish("f");
    await run();
    expect(await show()).toMatchObject({
      enabled: false,
      disabled_reason: "The receiver answered 410 Gone.",
    });
    expect(jobs.waiting).toEqual([]);
  });

  it("a server that ends counts no attempt", async () => {
    const stopping = new AbortController();
    receiver.answer = () => stopping.abort();
    await publish("f");
    await expect(jobs.run(queueName, stopping.signal)).rejects.toThrow();
    expect((await deliveries())[0]).toMatchObject({ state: "waiting", attempts: [] });
  });

  it("an address that is not allowed is named in the log of attempts, and nothing is sent", async () => {
    const url = "http://169.254.169.254/latest/meta-data?token=hidden";
    const refused = { status: 400, errors: [{ path: "url", message: expect.any(String) }] };
    expect(problemOf(await api.send("PATCH", path(), { url }))).toMatchObject(refused);
    for (const host of ["10.0.0.1", "[fd00::1]", "2852039166:8080"]) {
      const made = await api.send("POST", "/v1/webhooks", { name: "inner", url: `http://${host}/` });
      expect(problemOf(made)).toMatchObject(refused);
    }
    // One that was made when the network was still allowed.
    await test.database.write((tx) => tx.updateTable("webhooks").set({ url }).execute());
    await publish("f");
    await run();
    const [attempt] = (await deliveries())[0]?.attempts ?? [];
    expect(attempt).toMatchObject({
      status: null,
      error: expect.stringMatching(/169\.254\.169\.254 is in a private/),
    });
    expect(JSON.stringify([await show(), await deliveries()])).not.toContain("hidden");
  });

  it("while a secret changes both sign, so that the receiver takes it before and after it changes, too", async () => {
    const rotated = await api.send<{ secret: string; earlier_until: string }>(
      "POST",
      path("/rotate-secret"),
      { overlap_hours: 1 },
    );
    expect(rotated.body.secret).not.toBe(secret);
    expect((await show()).earlier_secrets_until).toEqual([rotated.body.earlier_until]);
    await publish("f1");
    await run();
    for (const by of [secret, rotated.body.secret])
      expect(verify(receiver.received[0] as ReceivedRequest, by)).toBeDefined();
    api.clock.advance(hour + 1_000);
    await publish("f2");
    await run();
    const now = api.clock.read();
    const second = receiver.received[1] as ReceivedRequest;
    expect(Number(second.headers["webhook-timestamp"])).toBe(Math.floor(now.getTime() / 1000));
    expect(second.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
    expect((await show()).earlier_secrets_until).toEqual([]);
  });

  it("a secret of the caller's own making signs; to send a rotation again changes nothing", async () => {
    const own = (fill: number) => `whsec_${Buffer.alloc(24, fill).toString("base64")}`;
    const body = { name: `${name}-own`, url: receiver.url, artifacts: [artifact], secret: own(1) };
    expect((await api.send("POST", "/v1/webhooks", body)).body).toMatchObject({ secret: own(1) });
    for (const time of ["first", "again"]) {
      const rotation = { overlap_hours: 1, secret: own(2) };
      const answer = await api.send("POST", `/v1/webhooks/${name}-own/rotate-secret`, rotation);
      expect(answer.body, time).toMatchObject({ secret: own(2) });
    }
    await publish("f1");
    await run();
    const sent = receiver.received.find((request) =>
      request.headers["webhook-signature"]?.includes(" "),
    ) as ReceivedRequest;
    expect(sent.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const fill of [1, 2]) expect(verify(sent, own(fill))).toBeDefined();
  });

  it.each([
    { secret: "whsec_short" },
    { secret: `whsec_${Buffer.alloc(23).toString("base64")}` },
    { secret: `whsec_${Buffer.alloc(65).toString("base64")}` },
    { secret: `whsec_${Buffer.alloc(32).toString("base64")}`, format: "slack" },
  ])("a secret such as %j is refused", async (given) => {
    const answer = await api.send("POST", "/v1/webhooks", { name: "bad", url: receiver.url, ...given });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "secret" }] } });
  });

  it("what waits for its next try is sent at once when it is replayed, and only once", async () => {
    receiver.always(503);
    await publish("f");
    await run();
    const earlier = jobs.waiting.splice(0);
    receiver.always(204);
    const since = { since: new Date(api.clock.read().getTime() - hour).toISOString() };
    expect((await api.send("POST", path("/replay"), since)).body).toEqual({ replayed: 1 });
    await run();
    expect(receiver.received).toHaveLength(2);
    jobs.waiting = earlier;
    await run();
    expect(receiver.received).toHaveLength(2);
  });

  it("a delivery that nobody works on any more is found, and what ended long ago is forgotten", async () => {
    await publish("f");
    jobs.waiting = [];
    api.clock.advance(hour);
    await jobs.tend(queueName);
    await run();
    expect(receiver.received).toHaveLength(1);
    api.clock.advance(29 * day);
    await jobs.tend(queueName);
    expect(await deliveries()).toHaveLength(1);
    api.clock.advance(2 * day);
    await jobs.tend(queueName);
    expect(await deliveries()).toEqual([]);
  });

  it("one delivery is sent again with its id", async () => {
    await publish("f");
    await run();
    const [delivery] = await deliveries();
    const replay = await api.send("POST", path("/replay"), { delivery: delivery?.id });
    expect(replay.body).toEqual({ replayed: 1 });
    await run();
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([
      delivery?.id,
      delivery?.id,
    ]);
    expect((await deliveries())[0]?.attempts).toHaveLength(2);
    const since = { since: new Date(api.clock.read().getTime() - hour).toISOString() };
    expect((await api.send("POST", path("/replay"), since)).body).toEqual({ replayed: 0 });
    expect((await api.send("POST", path("/replay"), { ...since, delivered: true })).body).toEqual({
      replayed: 1,
    });
  });

  it("a test is sent at once, and what became of it is the answer", async () => {
    receiver.always(418, {}, "I am a teapot");
    const tried = await api.send("POST", path("/test"));
    expect(tried.body).toMatchObject({
      number: 0,
      status: 418,
      error: "It answered 418.",
      answer: "I am a teapot",
    });
    expect(verify(receiver.received[0] as ReceivedRequest)).toMatchObject({ type: "webhook.tested" });
    expect(await show()).toMatchObject({ failures: 0 });
  });

  it("deleting it takes what waits along", async () => {
    await publish("f");
    expect((await api.send("DELETE", path())).status).toBe(204);
    await run();
    expect(receiver.received).toEqual([]);
    expect((await api.get(path())).status).toBe(404);
  });
});

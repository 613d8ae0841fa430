import { beforeAll, beforeEach, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });
  beforeEach(() => {
    artifact = `revoked/a${++count}`;
  });

  const revoke = (number: number, change: object = {}) =>
    api.send("PUT", `/v1/artifacts/${artifact}/versions/${number}/revocation`, { reason: "CVE", ...change });
  const restore = (number: number) =>
    api.send("DELETE", `/v1/artifacts/${artifact}/versions/${number}/revocation`);
  const assign = (channel: string, version: number) =>
    api.send("PUT", `/v1/artifacts/${artifact}/channels/${channel}`, { version }, { "If-Match": "*" });
  const number = async (query: string) => (await api.resolve(artifact, query)).body.number;
  const inOneMinute = () => new Date(api.clock.read().getTime() + 60_000).toISOString();

  async function publish(id: number, change: object = {}, build: object = {}): Promise<void> {
    const builds = [{ name: "a", ...ami(`ami-${id}`), ...build }];
    await api.publish(artifact, { fingerprint: `f${id}`, builds, ...change });
  }

  it("a revoked version is an error that names the options, whichever way it is found", async () => {
    await publish(1, { semver: "1.0.0" });
    await assign("production", 1);
    await revoke(1);
    const selectors = ["", "channel=production", "version=1", "fingerprint=f1", "constraint=~> 1.0"];
    for (const selector of [...selectors, "type=amazon.ami", "on_revoked=error"]) {
      expect(problemOf(await api.resolve(artifact, selector))).toMatchObject({
        status: 409,
        code: "version_revoked",
        number: 1,
        reason: "CVE",
        revoked_at: api.clock.read().toISOString(),
        detail: expect.stringMatching(/on_revoked=warn.*on_revoked=previous/),
      });
    }
  });

  it("warn answers with the version, its revocation and a warning", async () => {
    await publish(1);
    await publish(2);
    await assign("production", 2);
    await revoke(2);
    for (const selector of ["channel=production", "version=2", "channel=latest", "fingerprint=f2"]) {
      const { body } = await api.resolve(artifact, `${selector}&on_revoked=warn`);
      expect(body).toMatchObject({
        number: 2,
        external_id: "ami-2",
        revocation: { reason: "CVE", revoked_at: api.clock.read().toISOString() },
        warnings: [{ code: "revoked" }],
      });
    }
  });

  it("previous of a channel is what a rollback would give, and says what it passed over", async () => {
    for (const id of [1, 2, 3, 4]) await publish(id);
    for (const id of [1, 2, 3, 2]) await assign("production", id);
    await revoke(2);
    expect((await api.resolve(artifact, "channel=production&on_revoked=previous")).body).toMatchObject({
      number: 1,
      channel: "production",
      revocation: null,
      warnings: [{ code: "revoked_skipped", message: expect.stringContaining("Version 2") }],
    });
    await assign("production", 4);
    await revoke(4);
    expect(await number("channel=production&on_revoked=previous")).toBe(3);
    await revoke(3);
    expect(await number("channel=production&on_revoked=previous")).toBe(1);
    await revoke(1);
    expect(problemOf(await api.resolve(artifact, "channel=production&on_revoked=previous"))).toMatchObject({
      code: "version_revoked",
      detail: expect.stringContaining("no earlier one"),
    });
  });

  it("previous of latest is the next lower one that is not revoked and may be latest, also of a type", async () => {
    await publish(1);
    await publish(2, {}, { artifact_type: "docker.image" });
    await publish(3, { latest: false });
    await publish(4);
    await publish(5);
    await revoke(5);
    expect(await number("on_revoked=previous")).toBe(4);
    await revoke(4);
    expect(await number("on_revoked=previous")).toBe(2);
    expect(await number("type=amazon.ami&on_revoked=previous")).toBe(1);
  });

  it("previous of a constraint is the next lower match that is not revoked", async () => {
    const versions = ["1.0.0", "1.2.0", "1.1.0", "2.0.0"];
    for (const [index, semver] of versions.entries()) await publish(index, { semver });
    await revoke(2);
    expect((await api.resolve(artifact, "constraint=~> 1.0&on_revoked=previous")).body.semver).toBe("1.1.0");
    expect(problemOf(await api.resolve(artifact, "constraint=1.2.0&on_revoked=previous")).code).toBe(
      "version_revoked",
    );
  });

  it.each(["version=1", "fingerprint=f1"])(
    "previous of %s asks for nothing until it is revoked",
    async (selector) => {
      await publish(1);
      await publish(2);
      const query = { artifact, version: 1, on_revoked: "previous" };
      expect(await number(`${selector}&on_revoked=previous`)).toBe(1);
      expect((await api.resolveMany([query])).body.results[0]).toMatchObject({ resolved: { number: 1 } });
      await revoke(1);
      expect(problemOf(await api.resolve(artifact, `${selector}&on_revoked=previous`))).toMatchObject({
        status: 409,
        code: "version_revoked",
        detail: expect.stringMatching(/no previous one for a number or a fingerprint.*on_revoked=warn/),
      });
      expect((await api.resolveMany([query])).body.results[0]).toMatchObject({
        problem: { code: "version_revoked" },
      });
    },
  );

  it("one that is scheduled takes effect by time alone, and restoring takes it back", async () => {
    await publish(1);
    await assign("production", 1);
    await revoke(1, { at: inOneMinute() });
    expect((await api.resolve(artifact, "channel=production")).body).toMatchObject({
      revocation: null,
      warnings: [],
    });
    api.clock.advance(59_999);
    expect((await api.resolve(artifact, "channel=production")).status).toBe(200);
    api.clock.advance(1);
    expect(problemOf(await api.resolve(artifact, "channel=production")).code).toBe("version_revoked");
    await restore(1);
    await revoke(1, { at: inOneMinute() });
    expect((await api.resolve(artifact, "channel=production")).status).toBe(200);
    api.clock.advance(60_000);
    expect((await api.resolve(artifact, "channel=production")).status).toBe(409);
    await restore(1);
    expect((await api.resolve(artifact, "channel=production")).status).toBe(200);
  });

  it("no pointer moves when a version is revoked", async () => {
    await publish(1);
    await publish(2);
    await assign("production", 2);
    await revoke(2);
    await publish(3);
    expect(await number("channel=production&on_revoked=warn")).toBe(2);
    await revoke(3);
    expect(await number("on_revoked=warn")).toBe(3);
  });
});

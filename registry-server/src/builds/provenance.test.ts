import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { cleanRemote, provenanceExample, withoutCredentials } from "./provenance.ts";

const secret = fc
  .string({ minLength: 12, maxLength: 40 })
  .filter(
    (text) => /^[^\s\p{Cc}]+$/u.test(text) && !"https://git.example.com/platform/images.git".includes(text),
  )
  .map((text) => `s3cr3t${text}`);

describe("the address of a remote", () => {
  it.each<[string, string | null]>([
    ["https://git.example.com/a/b.git", "https://git.example.com/a/b.git"],
    ["https://user:pw@git.example.com/a/b.git", "https://git.example.com/a/b.git"],
    ["https://token@git.example.com:8443/a/b.git", "https://git.example.com:8443/a/b.git"],
    ["https://git.example.com/a/b.git?access_token=x#y", "https://git.example.com/a/b.git"],
    ["ssh://git@git.example.com:22/a/b.git", "ssh://git@git.example.com:22/a/b.git"],
    ["ssh://git:pw@git.example.com/a/b.git", "ssh://git.example.com/a/b.git"],
    ["git@git.example.com:a/b.git", "git@git.example.com:a/b.git"],
    ["git.example.com:a/b.git", "git.example.com:a/b.git"],
    ["/srv/git/b.git", "/srv/git/b.git"],
    ["../b.git", "../b.git"],
    ["file:///srv/git/b.git", "file:///srv/git/b.git"],
    ["https://user:p/w@git.example.com/a/b.git", null],
    ["https://user:12/w@git.example.com/a/b.git", null],
    ["https://p#w@git.example.com/a/b.git", null],
    ["https://p?w@git.example.com/a/b.git", null],
    ["user:pw@git.example.com:a/b.git", null],
    ["ghp_0123456789abcdefghij@git.example.com:a/b.git", "git.example.com:a/b.git"],
    ["", null],
  ])("%j becomes %j", (given, stored) => {
    expect(cleanRemote(given)).toBe(stored);
  });

  it("never keeps a password, whatever is in it", () => {
    const scheme = fc.constantFrom("https", "http", "ssh", "git+ssh", "git", "ftp");
    fc.assert(
      fc.property(scheme, secret, fc.option(fc.constantFrom("user", "oauth2", "")), (protocol, pw, user) => {
        const credentials = user === null ? pw : `${user}:${pw}`;
        const remotes = [
          `${protocol}://${credentials}@git.example.com/platform/images.git`,
          `${protocol}://${encodeURIComponent(credentials)}@git.example.com/platform/images.git`,
        ];
        for (const remote of remotes) expect(cleanRemote(remote) ?? "").not.toContain("s3cr3t");
      }),
      { numRuns: 1_000 },
    );
  });

  it("loses its credentials wherever in a text it is", () => {
    const text = "cloned from https://u:p@host/x, then https://t@other:1/y";
    expect(withoutCredentials(text)).toBe("cloned from https://host/x, then https://other:1/y");
  });
});

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  const publish = (provenance: unknown) =>
    api.send("POST", "/v1/artifacts/provenance/it/versions", {
      fingerprint: `f${++count}`,
      builds: [{ name: "a", ...ami("ami-1"), provenance }],
    });

  async function stored(provenance: object): Promise<unknown> {
    const reply = await publish(provenance);
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return (await api.version("provenance/it", `fingerprint:f${count}`)).body.builds[0]?.provenance;
  }

  it("comes back as it was sent", async () => {
    expect(await stored(provenanceExample)).toEqual(provenanceExample);
  });

  it("keeps what other clients send under keys that are not known", async () => {
    const told = {
      packer_run_uuid: "x",
      SourceAMI: "ami-1",
      builder_id: "b",
      retries: 2,
      warm: true,
      none: null,
    };
    expect(await stored(told)).toEqual(told);
  });

  it("is stored without the credentials of addresses, in the events and the log, too", async () => {
    const lines: string[] = [];
    const noisy = new Api(test.database, { logTo: (line) => lines.push(line) });
    const told = (image: string) => ({
      ...ami(image),
      provenance: {
        git: { remote: "https://oauth2:s3cr3t@git.example.com/a.git" },
        ci: { url: "https://bot:s3cr3t@ci.example.com/jobs/1" },
        origin: "https://x:s3cr3t@host/y",
      },
    });
    await noisy.publish("provenance/secret", { fingerprint: "f", expected_builds: ["a", "b"] });
    await noisy.report("provenance/secret", "f", "a", told("ami-1"));
    await noisy.report("provenance/secret", "f", "a", told("ami-2"));
    await noisy.report("provenance/secret", "f", "b", told("ami-3"));
    const { body } = await noisy.version("provenance/secret", 1);
    expect(body.builds[0]?.provenance).toEqual({
      git: { remote: "https://git.example.com/a.git" },
      ci: { url: "https://ci.example.com/jobs/1" },
      origin: "https://host/y",
    });
    const events = await test.database.reads
      .selectFrom("events")
      .selectAll()
      .where("artifact", "=", "provenance/secret")
      .execute();
    const builds = await test.database.reads.selectFrom("builds").selectAll().execute();
    expect(JSON.stringify([events, builds, lines])).not.toContain("s3cr3t");
  });

  it.each<[string, object, string]>([
    ["a commit that is none", { git: { commit: "main" } }, "git.commit"],
    ["an unknown key of git", { git: { commits: "x" } }, "git.commits"],
    ["a dirty that is no truth", { git: { dirty: "yes" } }, "git.dirty"],
    ["an address that a browser would run", { ci: { url: "javascript:alert(1)" } }, "ci.url"],
    ["an address that is none", { ci: { url: "https://" } }, "ci.url"],
    ["a plugin without a version", { plugins: { "github.com/hashicorp/amazon": "" } }, "plugins"],
    ["a version that is a number", { packer_version: 1.16 }, "packer_version"],
    ["nested values under a key that is not known", { other: { a: 1 } }, "other"],
    ["a list under a key that is not known", { other: ["a"] }, "other"],
    ["a value of 4097", { other: "x".repeat(4_097) }, "other"],
  ])("%s is refused", async (_what, provenance, path) => {
    const problem = problemOf(await publish(provenance));
    expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
    expect(problem.errors?.[0]?.path).toMatch(
      new RegExp(`^builds\\[0\\]\\.provenance\\.${path.replace(".", "\\.")}`),
    );
  });
});

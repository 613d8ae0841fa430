import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Registries } from "../../test/registries.ts";
import { runAsItIs } from "../../test/schemas.ts";
import { type Config, readConfig } from "../config.ts";
import { certificateUntil, clockOff } from "./diagnosis.ts";
import { diagnose, diagnoseSettings } from "./doctor.ts";

const registries = new Registries();

async function ask(url: string, change: Partial<Config> = {}, now = new Date()) {
  const flags = ["--database-url", url, "--data-dir", registries.directory, "--listen", "127.0.0.1:0"];
  const config = { ...(readConfig(flags, {}) as Config), ...change };
  const place = await registries.place(url);
  const found = await diagnose({ config, place, store: registries.store("files"), now: () => now });
  return Object.fromEntries(found.map((diagnosis) => [diagnosis.subject, diagnosis]));
}

describe.each(["sqlite", "postgres"] as const)("the doctor, with a registry on %s", (kind) => {
  it("finds everything right where it is", async () => {
    const { url } = await registries.filled(kind);
    chmodSync(registries.directory, 0o700);
    const found = Object.values(await ask(url));
    expect(found.filter(({ state, subject }) => state !== "right" && subject !== "disk space")).toEqual([]);
  });

  it("tells tables of an earlier and of a newer Waybill", async () => {
    const { url } = await registries.filled(kind, 2);
    expect((await ask(url)).tables).toMatchObject({
      state: "warning",
      says: expect.stringContaining("earlier"),
    });
    await runAsItIs(url, "INSERT INTO migrations (number, name) VALUES (99, 'future')");
    expect((await ask(url)).database).toMatchObject({
      state: "wrong",
      says: expect.stringContaining("newer Waybill"),
    });
  });
});

describe("the doctor", () => {
  it("compares the clock with the database's", async () => {
    const url = await registries.empty("postgres");
    await (await import("../database/database.ts"))
      .openDatabase(url, { warn: () => {} })
      .then((db) => db.close());
    const found = await ask(url, {}, new Date(Date.now() + 60_000));
    expect(found["clock of the database"]).toMatchObject({
      state: "wrong",
      says: expect.stringMatching(/^[56]\d\.\d s behind/),
    });
    expect(clockOff("clock", 5_000).state).toBe("warning");
    expect(clockOff("clock", -1_000).state).toBe("right");
  });

  it("tells what cannot be reached without the password", async () => {
    const { database } = await ask("postgres://waybill:hunter2@127.0.0.1:1/registry");
    expect(database).toMatchObject({
      state: "wrong",
      advice: expect.stringContaining("WAYBILL_DATABASE_URL"),
    });
    expect(JSON.stringify(database)).not.toContain("hunter2");
  });

  it("tells a directory that is open to others, and one where no files can go", async () => {
    const { url } = await registries.filled("sqlite");
    chmodSync(registries.directory, 0o755);
    expect((await ask(url))["data directory"]).toMatchObject({
      state: "warning",
      advice: `chmod 700 ${registries.directory}`,
    });
    const store = { shown: "it", ping: () => Promise.reject(new Error("access denied")) };
    const config = {
      ...(readConfig(["--data-dir", registries.directory, "--files", "s3://bucket"], {}) as Config),
    };
    const found = await diagnose({
      config,
      place: await registries.place(url),
      store,
      now: () => new Date(),
    });
    expect(found).toContainEqual(
      expect.objectContaining({ subject: "files", state: "wrong", says: "access denied" }),
    );
  });

  it("tells a file of the database that is open to others, wherever it lies", async () => {
    const { url } = await registries.filled("sqlite");
    const file = url.slice("sqlite:".length);
    chmodSync(file, 0o644);
    expect((await ask(url))["database file"]).toMatchObject({
      state: "warning",
      advice: `chmod 600 ${file}`,
    });
    chmodSync(file, 0o600);
    expect((await ask(url))["database file"]).toBeUndefined();
  });

  it("tells a port that is in use or not this machine's", async () => {
    const url = await registries.empty("sqlite");
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    expect((await ask(url, { listen: { host: "127.0.0.1", port } })).port?.says).toContain("in use");
    other.close();
    expect((await ask(url, { listen: { host: "192.0.2.1", port: 0 } })).port?.state).toBe("wrong");
  });

  it("tells a certificate that cannot be read, and what to look at", async () => {
    const nowhere = { tlsCert: "/nowhere/cert.pem", tlsKey: "/nowhere/key.pem" };
    const { certificate } = await ask(await registries.empty("sqlite"), nowhere);
    expect(certificate).toMatchObject({
      state: "wrong",
      advice: expect.stringContaining("WAYBILL_TLS_CERT"),
    });
  });

  it("tells a setting that is wrong, and a certificate before it expires", () => {
    const error = (() => {
      try {
        return readConfig([], { WAYBILL_LISTEN: "nowhere" });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(diagnoseSettings(error)).toMatchObject({
      state: "wrong",
      says: expect.stringContaining("WAYBILL_LISTEN must be"),
    });
    const until = (days: number) => certificateUntil("it", new Date(days * 86_400_000), new Date(0)).state;
    expect([until(-1), until(20), until(30)]).toEqual(["wrong", "warning", "right"]);
  });

  it("tells a variable that is misspelt", async () => {
    process.env.WAYBILL_DATABSE_URL = "x";
    try {
      const { settings } = await ask(await registries.empty("sqlite"));
      expect(settings).toMatchObject({
        state: "warning",
        says: expect.stringContaining("WAYBILL_DATABSE_URL is not known"),
      });
    } finally {
      delete process.env.WAYBILL_DATABSE_URL;
    }
  });
});

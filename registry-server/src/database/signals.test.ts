import { expect, it, vi } from "vitest";
import { emptyPostgres, forEachDatabase, runSql } from "../../test/databases.ts";
import { openDatabase } from "./database.ts";

const log = { warn: () => {} };
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

forEachDatabase((test) => {
  const signal = (topic: string) => test.database.write((tx) => test.database.signal(tx, topic));

  it("a signal wakes up who listens to its topic, once for a transaction, until that stops", async () => {
    const heard: string[] = [];
    const stop = test.database.onSignal("log of a b", () => heard.push("a b"));
    test.database.onSignal("other", () => heard.push("other"));
    // On PostgreSQL everybody is woken up once when it begins to listen.
    if (test.database.dialect === "postgres") await until(() => expect(heard).toEqual(["a b", "other"]));
    heard.length = 0;
    await test.database.write(async (tx) => {
      await test.database.signal(tx, "log of a b");
      await test.database.signal(tx, "log of a b");
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(["a b"]);
    stop();
    await signal("log of a b");
    await signal("other");
    expect(heard).toEqual(["a b", "other"]);
  });

  it("a transaction that fails signals nothing", async () => {
    const heard = vi.fn();
    const stop = test.database.onSignal("failed", heard);
    const failing = test.database.write(async (tx) => {
      await test.database.signal(tx, "failed");
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(heard).not.toHaveBeenCalled();
    stop();
  });
});

it("signals reach other servers, also after their connections broke, and a new connection wakes up everybody", async () => {
  const empty = await emptyPostgres();
  const [here, there] = [await openDatabase(empty.url, log), await openDatabase(empty.url, log)];
  const heard = vi.fn();
  there.onSignal("log of a b", heard);
  // Begins to listen, which wakes up.
  await until(() => expect(heard).toHaveBeenCalled());
  heard.mockClear();
  const signal = () => here.write((tx) => here.signal(tx, "log of a b"));
  await signal();
  await until(() => expect(heard).toHaveBeenCalledTimes(1));
  const own = `datname = '${new URL(empty.url).pathname.slice(1)}' and application_name = 'waybill signals'`;
  await runSql(empty.url, `select pg_terminate_backend(pid) from pg_stat_activity where ${own}`);
  await until(() => expect(heard).toHaveBeenCalledTimes(2));
  await signal();
  await until(() => expect(heard).toHaveBeenCalledTimes(3));
  await Promise.all([here.close(), there.close()]);
  await empty.remove();
});

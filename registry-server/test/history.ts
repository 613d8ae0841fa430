import type { Database } from "../src/database/database.ts";

/** Writes what happened long ago straight into the tables: a test cannot wait for it. */
export class History {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async versionId(artifact: string, number: number): Promise<number> {
    return (await this.#version(artifact, number)).id;
  }

  async #version(artifact: string, number: number): Promise<{ id: number; artifact_id: number }> {
    return this.#database.reads
      .selectFrom("versions")
      .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
      .select(["versions.id", "versions.artifact_id"])
      .where("artifacts.path", "=", artifact)
      .where("versions.number", "=", number)
      .executeTakeFirstOrThrow();
  }

  /** A channel pointed at a version from a moment on; without a version, nowhere. */
  async point(artifact: string, channel: string, number: number | null, at: string): Promise<void> {
    const version_id = number === null ? null : await this.versionId(artifact, number);
    await this.#database.write(async (tx) => {
      const { id: artifact_id } = await tx
        .selectFrom("artifacts")
        .select("id")
        .where("path", "=", artifact)
        .executeTakeFirstOrThrow();
      const { id: channel_id } = await tx
        .insertInto("channels")
        .values({ artifact_id, name: channel, rules: "{}", version_id, created_at: at, updated_at: at })
        .onConflict((conflict) => conflict.columns(["artifact_id", "name"]).doUpdateSet({ version_id }))
        .returning("id")
        .executeTakeFirstOrThrow();
      await tx
        .insertInto("channel_assignments")
        .values({ channel_id, version_id, kind: "assign", actor: "test", event_id: 1, at })
        .execute();
    });
  }

  async read(artifact: string, number: number, consumer: string, at: string): Promise<void> {
    const { id: version_id, artifact_id } = await this.#version(artifact, number);
    const row = { version_id, artifact_id, consumer, client: "test/1", first_at: at, last_at: at, count: 1 };
    await this.#database.write((tx) => tx.insertInto("consumptions").values(row).execute());
  }

  async builtFrom(child: number, parent: number, at: string): Promise<void> {
    const ids = { child_version_id: child, parent_version_id: parent };
    const row = { ...ids, build: "a", via: "declared", created_at: at } as const;
    await this.#database.write((tx) => tx.insertInto("ancestry").values(row).execute());
  }
}

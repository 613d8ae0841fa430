import { hash } from "node:crypto";
import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import type { Document } from "../builds/schema.ts";
import { viewDocument } from "../builds/store.ts";
import type { Reader } from "../database/database.ts";
import { type EventAction, recordEvent } from "../events/store.ts";
import type { Received } from "../http/content.ts";
import { Problem } from "../http/problem.ts";
import { limits } from "../http/schema.ts";
import { Service } from "../service.ts";
import type { Caller, Unit } from "../unit.ts";
import { nameSelector, versionNotFound } from "../versions/problems.ts";
import { findVersion, updateVersion, type VersionRow, type VersionSelector } from "../versions/store.ts";
import {
  type DocumentRow,
  findBuildId,
  findDocument,
  listDocuments,
  removeDocument,
  writeDocument,
} from "./store.ts";

/** How a path names a document. */
export type DocumentName = ArtifactName & { version: VersionSelector; build: string; name: string };

/** Keeps what is attached to builds: bills of materials, attestations. Complete versions take them, too. */
export class DocumentService extends Service {
  /**
   * Attaches a document to a build, in place of one of its name; the same one again changes nothing.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `build_not_found`, `too_many_documents`
   */
  async put(
    name: DocumentName,
    { bytes, mediaType }: Received,
    caller: Caller,
  ): Promise<{ document: Document; created: boolean }> {
    const sha256 = hash("sha256", bytes);
    const document = { name: name.name, media_type: mediaType, size: bytes.byteLength, sha256 };
    return this.write(caller, async (unit) => {
      const { version, buildId } = await findLocked(unit, name);
      const known = await listDocuments(unit.tx, buildId);
      const before = known.find((one) => one.name === name.name);
      if (before?.sha256 === sha256 && before.media_type === mediaType) return { document, created: false };
      if (!before && known.length >= limits.documents) {
        const detail = `The build "${name.build}" has ${known.length} documents, which is as many as it may have. Remove one, or replace one under its name.`;
        throw new Problem("too_many_documents", detail, { documents: known.map((one) => one.name) });
      }
      await writeDocument(unit.tx, buildId, { ...document, content: bytes }, unit.now);
      const action = before ? "document.replaced" : "document.attached";
      await record(unit, action, name, version, { ...(before && { before }), after: document });
      return { document, created: before === undefined };
    });
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `build_not_found`, `document_not_found` */
  async get(name: DocumentName): Promise<DocumentRow> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const { buildId } = await findBuild(db, artifact.id, name);
    const document = await findDocument(db, buildId, name.name);
    if (!document) throw await documentNotFound(db, name, buildId);
    return document;
  }

  /** @throws Problem `artifact_not_found`, `version_not_found`, `build_not_found`, `document_not_found` */
  async delete(name: DocumentName, caller: Caller): Promise<void> {
    await this.write(caller, async (unit) => {
      const { version, buildId } = await findLocked(unit, name);
      const known = await listDocuments(unit.tx, buildId);
      const before = known.find((one) => one.name === name.name);
      if (!before) throw await documentNotFound(unit.tx, name, buildId);
      await removeDocument(unit.tx, buildId, name.name);
      await record(unit, "document.removed", name, version, { before: viewDocument(before) });
    });
  }
}

async function findLocked(unit: Unit, name: DocumentName) {
  const artifact = await lockExisting(unit, pathOf(name));
  return findBuild(unit.tx, artifact.id, name);
}

async function findBuild(
  db: Reader,
  artifactId: number,
  name: DocumentName,
): Promise<{ version: VersionRow; buildId: number }> {
  const version = await findVersion(db, artifactId, name.version);
  if (!version) throw versionNotFound(pathOf(name), name.version);
  const buildId = await findBuildId(db, version.id, name.build);
  if (buildId === undefined) {
    const detail = `Version ${nameSelector(name.version)} of "${pathOf(name)}" has no build "${name.build}". Report the build before its documents.`;
    throw new Problem("build_not_found", detail);
  }
  return { version, buildId };
}

/** A new revision of the version, so that nobody keeps the list of its documents as it was. */
async function record(
  unit: Unit,
  action: EventAction,
  name: DocumentName,
  version: VersionRow,
  change: { before?: object; after?: object },
): Promise<void> {
  await updateVersion(unit.tx, version.id, {}, unit.now);
  const build = { build: name.build };
  const detail = {
    ...(change.before && { before: { ...build, ...change.before } }),
    ...(change.after && { after: { ...build, ...change.after } }),
  };
  await recordEvent(unit, { action, artifact: pathOf(name), version, detail });
}

async function documentNotFound(db: Reader, name: DocumentName, buildId: number): Promise<Problem> {
  const documents = (await listDocuments(db, buildId)).map((one) => one.name);
  const detail = `The build "${name.build}" has no document "${name.name}"; it has ${documents.join(", ") || "none"}.`;
  return new Problem("document_not_found", detail, { documents });
}

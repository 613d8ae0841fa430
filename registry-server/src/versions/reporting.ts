import type { ArtifactRow } from "../artifacts/store.ts";
import type { Build, BuildReport } from "../builds/schema.ts";
import type { EventRecord } from "../events/store.ts";

/**
 * The event of a report.
 *
 * @param earlier the report that it takes the place of: its images exist somewhere and cost money, and the event is
 *   where they can still be found
 */
export function reportEvent(
  { path }: ArtifactRow,
  version: { id: number; number: number | null },
  name: string,
  { artifact_type, images = [] }: BuildReport,
  earlier?: Build,
): EventRecord {
  const after = { name, artifact_type, images };
  const detail = earlier ? { before: earlier, after } : { after };
  return { action: earlier ? "build.replaced" : "build.reported", artifact: path, version, detail };
}

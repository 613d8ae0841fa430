import type { BuildReport, SpoolRecord } from "../src/index.ts";

/** A spool record of the version `run-1`, for a registry on this machine. */
export function record(
  build: string,
  report: Partial<BuildReport> = { ended_at: "2026-01-02T03:04:05Z" },
  open: SpoolRecord["open"] = { fingerprint: "run-1", expected_builds: [build] },
): SpoolRecord {
  const images = [{ platform: "aws", region: "us-east-1", external_id: `ami-${build}` }];
  return {
    format: 1,
    address: "http://127.0.0.1:8421/",
    artifact: "hashicorp/web",
    open,
    build: { name: build, report: { artifact_type: "amazon.ami", images, ...report } },
    created_at: "2026-01-02T03:05:00Z",
    reason: "connection refused",
  };
}

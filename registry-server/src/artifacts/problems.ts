import { Problem } from "../http/problem.ts";

export function artifactNotFound(path: string): Problem {
  return new Problem(
    "artifact_not_found",
    `There is no artifact "${path}". Publishing a version creates it.`,
  );
}

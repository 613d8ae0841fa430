import { Problem } from "../http/problem.ts";

export function namespaceNotFound(namespace: string): Problem {
  return new Problem(
    "namespace_not_found",
    `There is no namespace "${namespace}" that you may read as a whole.`,
  );
}

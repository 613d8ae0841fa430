import type { Parent } from "@waybill/registry-client";
import type { PostProcessorOptions } from "../options.ts";

type Declared = NonNullable<PostProcessorOptions["parents"]>[number];

/** The parents that a template names, as the registry takes them; a name alone is in the namespace of `artifact`. */
export function declaredParents(declared: Declared[], artifact: string): Parent[] {
  const [namespace = ""] = artifact.split("/");
  return declared.map(({ artifact: name, version, fingerprint }) => ({
    artifact: name.includes("/") ? name : `${namespace}/${name}`,
    ...(version ? { version: Number(version) } : { fingerprint: fingerprint ?? "" }),
  }));
}

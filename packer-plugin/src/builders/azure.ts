import type { Image } from "@waybill/registry-client";
import { type Facts, image, textOf } from "./facts.ts";

/**
 * A managed image, a version of a gallery, the address of a VHD: one build can make all of them. Registries are told
 * of the first alone, the words of the artifact name the others. A version of a gallery is one id in every region it
 * was copied to.
 */
export function azure(facts: Facts): Image[] {
  const { registryImages, generated, text } = facts;
  const says = new Map(text.split("\n").map((line) => line.split(/: +(.*)/, 2) as [string, string]));
  const [told] = registryImages;
  const home = told?.region || says.get("ManagedImageLocation") || "";
  const main = registryImages.length > 0 ? registryImages : idsOf(facts).map((id) => ({ id, region: home }));
  const others = [
    { id: says.get("ManagedImageSharedImageGalleryId"), region: home },
    { id: says.get("VHDOSDiskUri"), region: says.get("StorageAccountLocation") ?? "" },
  ].filter(({ id }) => !main.some((known) => known.id === id));

  const labels = told?.labels ?? {};
  const source = told?.source ?? textOf(generated, "SourceImageName");
  const copies = labels.sig_replicated_regions ?? says.get("SharedImageGalleryReplicatedRegions") ?? "";
  return [...main, ...others].flatMap(({ id = "", region }) => {
    const regions = id.includes("/galleries/") ? [region, ...copies.split(",")] : [region];
    const known = new Set(regions.map(plain).filter(Boolean));
    return [...(known.size > 0 ? known : [""])].map((name) => image("azure", name, id, { source, labels }));
  });
}

/** `azure-chroot` joins several. */
function idsOf({ id }: Facts): string[] {
  return id === "UNKNOWN ID" ? [] : id.split(/,(?=\/subscriptions\/)/);
}

/** Azure writes `West Europe` and `westeurope` for the same region. */
function plain(region: string): string {
  return region.replaceAll(" ", "").toLowerCase();
}

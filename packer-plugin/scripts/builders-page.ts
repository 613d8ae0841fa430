import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "@waybill/registry-client";
import { artifactOf, type Example } from "../src/builders/example.ts";
import { examples } from "../src/builders/examples.ts";
import { readFacts } from "../src/builders/facts.ts";
import { mapArtifact } from "../src/builders/mapping.ts";

const START = "<!-- made by `make generate` from packer-plugin/src/builders -->\n";
const END = "<!-- end -->\n";
const LONGEST = 40;

export const buildersPage = join(import.meta.dirname, "../../docs/builders.md");

/** The page about builders, its table made of what mapping the examples gives. */
export function writtenBuildersPage(): string {
  const page = readFileSync(buildersPage, "utf8");
  const rows = Object.entries(examples).map(([title, example]) => `| ${row(title, example).join(" | ")} |\n`);
  const head = `| made by | artifact type | images: platform, region, \`external_id\` | files | facts |\n|---|---|---|---|---|\n`;
  return (
    page.slice(0, page.indexOf(START) + START.length) + head + rows.join("") + page.slice(page.indexOf(END))
  );
}

function row(title: string, example: Example): string[] {
  const { artifactType, images, files, facts, metadata } = mapArtifact(
    readFacts(artifactOf(example), example.source),
  );
  const told = [
    images.some(({ source_image_id }) => source_image_id) ? ["source image"] : [],
    Object.keys(facts),
    Object.keys(metadata).map((key) => `metadata ${key}`),
    [...new Set(images.flatMap(({ labels }) => Object.keys(labels ?? {})))].map((key) => `label ${key}`),
  ];
  return [
    title,
    artifactType,
    images.map(shownImage).join("<br>"),
    files.map((file) => `\`${file}\``).join("<br>"),
    told.flat().join(", "),
  ];
}

function shownImage({ platform, region, external_id }: Image): string {
  return `${platform}${region && ` ${region}`} \`${shortened(external_id)}\``;
}

function shortened(id: string): string {
  return id.length <= LONGEST ? id : `${id.slice(0, LONGEST / 2)}…${id.slice(-LONGEST / 2)}`;
}

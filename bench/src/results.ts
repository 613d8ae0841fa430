import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figure.ts";

const file = join(import.meta.dirname, "..", "RESULTS.md");
const introduction = `# Figures

Written by \`make bench\`, a section for each name that it can be given (\`make bench ONLY="durability files"\`).
Each figure compares two things measured in turn in one run, so that the machine cancels out.
`;

/** Puts the figures of a measurement in place of its earlier ones; the sections of others stay. */
export async function keepFigures(name: string, figures: readonly Figure[], order: string[]): Promise<void> {
  const sections = new Map(
    (await readFile(file, "utf8"))
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n")).trim()]),
  );
  sections.set(name, section(figures));
  const known = order.filter((one) => sections.has(one));
  const texts = known.map((one) => `\n## ${one}\n\n${sections.get(one)}\n`);
  await writeFile(file, introduction + texts.join(""));
}

function section(figures: readonly Figure[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
  const rows = figures.map(
    ({ title, measured, promised, how }) => `| ${title} | ${measured} | ${promised} | ${how} |`,
  );
  const head = ["| what | measured | promised | how |", "|---|---|---|---|"];
  return [`On ${new Date().toISOString().slice(0, 10)}: ${machine}.`, "", ...head, ...rows].join("\n");
}

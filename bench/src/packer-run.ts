import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figure } from "./figure.ts";
import { nullTemplate, publishes, withPacker } from "./packer.ts";
import { inTurn, median } from "./statistics.ts";

const rounds = 3;
const promised = 0.03;
const logBytes = 50_000_000;
/** Long, as each line costs Packer much more than us. */
const lineBytes = 1_000;

/** A build that prints a large log, under `waybill run`, which sends it, against the same build without. */
export async function measurePackerRun(directory: string): Promise<Figure> {
  return withPacker(directory, async (timed, packer) => {
    const print = `yes ${"x".repeat(lineBytes - 1)} | head -c ${logBytes}`;
    const provisioner = `provisioner "shell-local" { inline = ["${print}"] }`;
    await writeFile(join(directory, "log.pkr.hcl"), nullTemplate(provisioner, publishes));
    const build = [packer, "build", "log.pkr.hcl"] as const;
    const { a, b } = await inTurn(
      rounds,
      () => timed("waybill", "run", "--strict", "--", ...build),
      () => timed(...build),
    );
    const more = median(a) / median(b) - 1;
    const seconds = (values: readonly number[]) => `${(median(values) / 1_000).toFixed(1)} s`;
    return {
      title: "`waybill run`: a `packer build` with a log of 50 MB, over the same without",
      measured: `+ ${(more * 100).toFixed(1)} %`,
      promised: `< + ${promised * 100} %`,
      holds: more < promised,
      how: `${rounds} rounds in turn, medians ${seconds(a)} and ${seconds(b)}, lines of ${lineBytes} bytes`,
    };
  });
}

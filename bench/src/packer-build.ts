import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../../tools/environment.ts";
import { type Figure, milliseconds } from "./figure.ts";
import { nullTemplate, publishes, type Timed, withPacker } from "./packer.ts";
import { inTurn, median } from "./statistics.ts";

const rounds = 15;
const promised = { build: 250, validate: 30, describe: 15 };
const plugin = join(repository, "dist", "packer-plugin-waybill");

/** What the plugin costs where it has next to nothing to do, against Packer's own manifest. */
export async function measurePackerBuild(directory: string): Promise<Figure[]> {
  return withPacker(directory, async (timed, packer) => {
    await writeFile(join(directory, "waybill.pkr.hcl"), nullTemplate("", publishes));
    const manifest = '"manifest" { output = "manifest.json" }';
    await writeFile(join(directory, "manifest.pkr.hcl"), nullTemplate("", manifest));
    const command = (verb: string, name: string) => async () => {
      await rm(join(directory, "manifest.json"), { force: true });
      return timed(packer, verb, `${name}.pkr.hcl`);
    };
    const extra = async (verb: "build" | "validate", title: string): Promise<Figure> => {
      const { a, b } = await inTurn(rounds, command(verb, "waybill"), command(verb, "manifest"));
      const more = median(a) - median(b);
      return {
        title,
        measured: `+ ${milliseconds(more)}`,
        promised: `<= + ${promised[verb]} ms`,
        holds: more <= promised[verb],
        how: `${rounds} rounds in turn, medians ${milliseconds(median(a))} and ${milliseconds(median(b))}`,
      };
    };
    return [
      await extra("build", "plugin: a null `packer build` that publishes, over the same with `manifest`"),
      await extra("validate", "plugin: `packer validate`, over the same with `manifest`"),
      await describePlugin(timed),
    ];
  });
}

/** Packer runs it several times in each command. */
async function describePlugin(timed: Timed): Promise<Figure> {
  const { a, b } = await inTurn(
    rounds,
    () => timed(plugin, "describe"),
    () => timed("true"),
  );
  const elapsed = median(a);
  return {
    title: "plugin: `describe`",
    measured: milliseconds(elapsed),
    promised: `< ${promised.describe} ms`,
    holds: elapsed < promised.describe,
    how: `${rounds} rounds, median, starting it included; starting \`true\` takes ${milliseconds(median(b))}`,
  };
}

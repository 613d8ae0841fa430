import { basename } from "node:path";
import { ensureBuilds } from "./ensure-builds.ts";
import { ensureOpenTofu, ensurePacker, findTerraform } from "./ensure-tools.ts";
import { Stage, StepFailed } from "./stage.ts";

const interrupted = new AbortController();
const stop = () => interrupted.abort(new Error("stopped before the end"));
// Once: whoever presses Ctrl-C again does not want to wait for the cleaning up.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
// As with `make demo | head`.
process.stdout.once("error", stop);

process.exitCode = await demo(interrupted.signal);

/** The main job, end to end. Gives the exit code: 0 only when every step did what it says. */
async function demo(signal: AbortSignal): Promise<number> {
  const started = Date.now();
  let stage: Stage | undefined;
  try {
    await ensureBuilds(console.error);
    const packer = await ensurePacker();
    const terraform = (await findTerraform()) ?? (await ensureOpenTofu());
    signal.throwIfAborted();
    stage = await Stage.set([packer, terraform], signal);
    console.log(
      `Packer builds, Waybill remembers, Terraform reads. All of it in ${stage.directory}, removed at the end.`,
    );
    await play(stage, basename(terraform, ".exe"));
    console.log(`\nEverything did what it should, in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
    console.log("Read next: README.md for the tour, examples/README.md for your own images.");
    return 0;
  } catch (error) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
    if (!(error instanceof StepFailed) && !signal.aborted) console.error(error);
    return signal.aborted ? 130 : 1;
  } finally {
    await stage?.strike();
  }
}

async function play(stage: Stage, terraform: string): Promise<void> {
  stage.say("A registry starts. It keeps everything in one SQLite file, and prints its first token once.");
  await stage.serve();

  stage.say("Packer and Terraform each get their plugin.");
  await stage.run("waybill plugin install");
  await stage.run("waybill provider install");

  stage.say("Packer builds two sources side by side; together they become version 1 of hashicorp/logstream.");
  await stage.bring("packer/file", "image");
  await stage.run("packer build .", { at: "image", shows: /version 1\b/i });

  stage.say("Terraform asks for the latest version, and uses what it finds.");
  await stage.bring("terraform/first-steps", "infrastructure");
  await stage.run(`${terraform} init`, { at: "infrastructure" });
  await stage.run(`${terraform} plan -out=first.plan`, { at: "infrastructure", shows: /\+ version\s+= 1\b/ });
  await stage.run(`${terraform} apply first.plan`, { at: "infrastructure" });
  await stage.run(`${terraform} plan -detailed-exitcode`, { at: "infrastructure", shows: /No changes/ });

  stage.say("A second build becomes version 2 ...");
  await stage.run("packer build -var release=1.1.0 .", { at: "image", shows: /version 2\b/i });
  await stage.run("waybill versions list hashicorp/logstream");

  stage.say("... and the next plan shows the change by itself: no id was copied, no file was edited.");
  const withChanges = 2;
  const plan = `${terraform} plan -detailed-exitcode`;
  await stage.run(plan, { at: "infrastructure", exitCode: withChanges, shows: /~ version\s+= 1 -> 2/ });
}

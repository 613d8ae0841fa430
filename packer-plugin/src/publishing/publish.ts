import {
  type BuildReport,
  type LocalFile,
  type Publish,
  RegistryClient,
  RegistryError,
  readSettings,
  type SpoolRecord,
  type Version,
} from "@waybill/registry-client";
import { uploadFiles } from "@waybill/registry-client/build-files";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import { readFacts } from "../builders/facts.ts";
import type { PublishRequest } from "../messages.ts";
import { PostProcessorOptions } from "../options.ts";
import type { Output } from "./output.ts";
import { makeReport } from "./report.ts";
import { putIntoSpool, sendWaiting } from "./spool.ts";

/** Answers that sending the same again cannot change. Such a build is not put into the spool. */
const REFUSED_FOR_GOOD = new Set([400, 409, 413, 415, 422]);

/**
 * Publishes what one build made: older records from the spool first, then the version is opened for the builds of the
 * roll call, then the files are uploaded that the registry lacks, then the build is reported. When the registry cannot
 * take it now, it goes into the spool.
 *
 * @param signal aborted when Packer was interrupted; the build is then put into the spool at once
 * @returns why the build was neither published nor put into the spool; undefined when it was
 */
export async function publish(
  request: PublishRequest,
  output: Output,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const options = PostProcessorOptions.parse(JSON.parse(request.options));
  const settings = readSettings(options, env);
  const client = new RegistryClient(settings, {
    userAgent: `waybill-packer-plugin/${request.run.plugin_version}`,
    log: output.progress,
  });
  try {
    const facts = readFacts(request.artifact, request.run.builder_type);
    // Hashing is not given up on interruption: without it there would be nothing to put aside.
    const { report, uploads } = await makeReport(request, facts, options, output);
    const plan = { artifact: request.roll_call.artifact, open: openBody(request, options), report, uploads };
    const failure = await send(plan, request.roll_call.build, client, output, env, signal);
    if (!failure) return undefined;
    output.failed(request.roll_call, failure.message);
    if (isRefusal(failure)) return output.refusal(failure, report);
    if (options.on_error === "fail") return failure.message; // Packer destroys it, so there must be no record of it
    const record: SpoolRecord = {
      format: 1,
      address: client.address,
      artifact: plan.artifact,
      open: plan.open,
      build: { name: request.roll_call.build, report },
      uploads,
      created_at: new Date().toISOString(),
      reason: signal.aborted ? "Packer was interrupted" : failure.message,
    };
    return await putIntoSpool(record, output, env);
  } finally {
    client.close();
  }
}

type Plan = { artifact: string; open: Publish; report: BuildReport; uploads: LocalFile[] };

async function send(
  { artifact, open, report, uploads }: Plan,
  build: string,
  client: RegistryClient,
  output: Output,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Error | undefined> {
  try {
    const stopped = await sendWaiting(client, output, env, signal);
    if (stopped) return stopped;
    const { version: opened } = await client.publish(artifact, open, { signal });
    const { sending: onProgress, done: onDone } = new UploadProgress(output.progress);
    await uploadFiles(client, artifact, report.files ?? [], uploads, { signal, onProgress, onDone });
    const { version } = await client.reportBuild(artifact, opened.fingerprint, build, report, { signal });
    output.published(build, version, hadIt(opened, build), client.address);
    return undefined;
  } catch (error) {
    // Whatever it was, a mistake of ours included: by hand nobody could make this record again.
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A quota can be raised: what does not fit now waits for that. */
function isRefusal(failure: Error): failure is RegistryError {
  if (!(failure instanceof RegistryError) || failure.code === "quota_exceeded") return false;
  return REFUSED_FOR_GOOD.has(failure.status ?? 0);
}

function hadIt(opened: Version, build: string): boolean {
  return opened.state === "complete" && opened.builds.some(({ name }) => name === build);
}

function openBody({ roll_call }: PublishRequest, options: PostProcessorOptions): Publish {
  const { fingerprint, semver, description, latest } = roll_call.values;
  return {
    fingerprint,
    ...(semver && { semver }),
    ...(description && { description }),
    ...(latest !== undefined && { latest }),
    expected_builds: options.expected_builds ?? roll_call.builds,
  };
}

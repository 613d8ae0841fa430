import {
  type Publication,
  type Publish,
  type Published,
  publishBuild,
  RegistryClient,
  readSettings,
  type Settings,
  SettingsError,
  type SpoolRecord,
} from "@waybill/registry-client";
import { isAtFault } from "@waybill/registry-client/spool-send";
import { UploadProgress } from "@waybill/registry-client/upload-progress";
import { readFacts } from "../builders/facts.ts";
import { describeDocuments } from "../files/documents.ts";
import type { PublishRequest } from "../messages.ts";
import { PostProcessorOptions } from "../options.ts";
import { originOf } from "./origin.ts";
import type { Output } from "./output.ts";
import { writeOutputFile } from "./output-file.ts";
import { makeReport } from "./report.ts";
import { putIntoSpool, sendWaiting } from "./spool.ts";

/**
 * Publishes what one build made: older records from the spool first, then the version is opened for the builds of the
 * roll call, then the files are uploaded that the registry lacks, then the build is reported, then its documents are
 * attached and, when the version is complete, its channels assigned. When the registry cannot take it now, it goes into
 * the spool.
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
  const { settings, wrong } = readSettingsOr(options, env);
  const client = new RegistryClient(settings, {
    userAgent: `waybill-packer-plugin/${request.run.plugin_version}`,
    log: output.progress,
  });
  try {
    const facts = readFacts(request.artifact, request.run.builder_type);
    // Hashing is not given up on interruption: without it there would be nothing to put aside.
    const origin = originOf(env, process.cwd());
    const { report, uploads } = await makeReport(request, facts, options, output, origin);
    const { artifact, build } = request.roll_call;
    const publication: Publication = {
      artifact,
      open: openBody(request, options),
      build: { name: build, report },
      uploads,
      documents: await describeDocuments(options.documents, output),
      channels: request.roll_call.values.channels,
    };
    let isOnRecord = false;
    const onReported = () => {
      isOnRecord = true;
    };
    const published = wrong ?? (await send(publication, client, output, env, { signal, onReported }));
    if (!(published instanceof Error)) {
      await writeOutputFile(publication, published.version.number, options.output, output);
      return undefined;
    }
    const failure = published;
    const reason = signal.aborted ? "Packer was interrupted" : failure.message;
    output.failed(request.roll_call, reason);
    if (isAtFault(failure)) return output.refusal(failure, report);
    // Packer destroys it then, so there must be no record of it.
    if (options.on_error === "fail" && !isOnRecord) return reason;
    const record: SpoolRecord = {
      ...publication,
      format: 1,
      address: client.address,
      created_at: new Date().toISOString(),
      reason,
    };
    const lost = await putIntoSpool(record, output, env);
    if (!lost) await writeOutputFile(publication, null, options.output, output);
    return lost;
  } finally {
    client.close();
  }
}

/**
 * The settings, or what of them a record in the spool needs: one that is wrong in the environment, where Packer's
 * validation does not look, costs no record.
 *
 * @throws {SettingsError} when the address is wrong
 */
function readSettingsOr(
  options: PostProcessorOptions,
  env: NodeJS.ProcessEnv,
): { settings: Settings; wrong?: SettingsError } {
  try {
    return { settings: readSettings(options, env) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const { address, namespace } = options;
    const { WAYBILL_ADDRESS, WAYBILL_NAMESPACE } = env;
    return {
      settings: readSettings({ address, namespace }, { WAYBILL_ADDRESS, WAYBILL_NAMESPACE }),
      wrong: error,
    };
  }
}

/** @returns why not, whatever it was, a mistake of ours included: by hand nobody could make this record again */
async function send(
  publication: Publication,
  client: RegistryClient,
  output: Output,
  env: NodeJS.ProcessEnv,
  options: { signal: AbortSignal; onReported: () => void },
): Promise<Published | Error> {
  try {
    const inTheWay = await sendWaiting(publication.artifact, client, output, env, options.signal);
    if (inTheWay) return inTheWay;
    const { sending: onProgress, done: onDone } = new UploadProgress(output.progress);
    const published = await publishBuild(client, publication, { ...options, onProgress, onDone });
    output.published(publication, published, client.address);
    return published;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
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

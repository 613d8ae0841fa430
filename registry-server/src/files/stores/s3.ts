import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { FileStore } from "./store.ts";
import { verified } from "./verified.ts";

const mebibyte = 1024 * 1024;
/** What S3 takes of one upload; a part is as large as that makes necessary, and of each upload two are in memory. */
const mostParts = 10_000;
const smallestPart = 8 * mebibyte;
const partsAtOnce = 2;
const connectTimeoutMs = 5_000;
/** How long nothing may move. */
const idleTimeoutMs = 30_000;

type Options = { endpoint: string | undefined; region: string | undefined };

/**
 * Keeps files in a bucket of S3, or of what speaks like it: `<prefix>/9f86d0...`. Credentials come from where all AWS
 * clients have them: the environment, files, or the machine's role.
 *
 * @param setting `s3://bucket/prefix`
 */
export function openS3Store(setting: string, { endpoint, region }: Options): FileStore {
  const { hostname: Bucket, pathname } = new URL(setting);
  const prefix = pathname.replace(/^\//, "").replace(/([^/])$/, "$1/");
  const client = new S3Client({
    region: region ?? process.env.AWS_REGION ?? "us-east-1",
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // Stores that only speak like S3 do not all know these; our own SHA-256 is checked anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
  });
  const objectOf = (sha256: string) => ({ Bucket, Key: prefix + sha256 });

  return {
    shown: endpoint === undefined ? setting : `${setting} at ${new URL(endpoint).host}`,

    async put(content, expected) {
      let size = 0;
      const counted = async function* () {
        for await (const chunk of verified(content, expected)) {
          size += chunk.byteLength;
          yield chunk;
        }
      };
      const least = Math.ceil((expected.size ?? expected.most) / mostParts);
      // Fails before the last part when the bytes are not right, and gives up the parts then.
      const upload = new Upload({
        client,
        params: { ...objectOf(expected.sha256), Body: Readable.from(counted(), { objectMode: false }) },
        partSize: Math.max(smallestPart, Math.ceil(least / mebibyte) * mebibyte),
        queueSize: partsAtOnce,
      });
      await upload.done();
      return { size };
    },

    async size(sha256) {
      const found = await client.send(new HeadObjectCommand(objectOf(sha256))).catch(unlessMissing);
      return found?.ContentLength;
    },

    async read(sha256, range) {
      const Range = range && `bytes=${range.start}-${range.end}`;
      const { Body } = await client.send(new GetObjectCommand({ ...objectOf(sha256), Range }));
      if (!Body) throw new Error(`${setting} answered without the bytes of ${sha256}`);
      return Body.transformToWebStream();
    },

    async remove(sha256) {
      await client.send(new DeleteObjectCommand(objectOf(sha256)));
    },

    async *list() {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
        for (const { Key = "", Size: size = 0, LastModified: modifiedAt = new Date() } of Contents) {
          const sha256 = Key.slice(prefix.length);
          if (/^[0-9a-f]{64}$/.test(sha256)) yield { sha256, size, modifiedAt };
        }
      }
    },

    async removeUnfinished(since) {
      let count = 0;
      let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
      for (;;) {
        const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...from }));
        for (const { Key, UploadId, Initiated = since } of page.Uploads ?? []) {
          if (Initiated >= since) continue;
          const upload = { Bucket, Key, UploadId };
          await client.send(new AbortMultipartUploadCommand(upload)).catch(unlessMissing);
          count++;
        }
        if (!page.IsTruncated) return count;
        from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      }
    },

    async ping() {
      await client.send(new HeadBucketCommand({ Bucket })).catch((error: Error) => {
        const advice = "Check WAYBILL_FILES, the credentials, and that this machine may reach it.";
        throw new Error(
          `Files cannot be kept in the bucket of ${setting}: ${error.name}, ${error.message}. ${advice}`,
        );
      });
    },
  };
}

function unlessMissing(error: { $metadata?: { httpStatusCode?: number } }): undefined {
  if (error.$metadata?.httpStatusCode !== 404) throw error;
}

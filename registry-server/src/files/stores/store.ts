import type { Range } from "../../http/streaming.ts";

/** What bytes have to be, to be kept. */
export type Expected = {
  sha256: string;
  /** How many they are, where that is known. */
  size?: number | undefined;
  /** How many they may be. */
  most: number;
  /** Whether the chunks are the store's: it may give their memory back once it has read them. */
  takesChunks?: boolean;
  /** Called when all have come and are right, right before they are kept; what it throws keeps them out. */
  beforeKept?: (size: number) => Promise<void>;
};

/** Where bytes are kept by their SHA-256. It knows neither artifacts nor builds. */
export type FileStore = {
  /** What the operator is shown; without credentials. */
  readonly shown: string;
  /**
   * Keeps bytes, all of them or none; when it returns they survive a loss of power. What is there already is replaced.
   *
   * @throws Problem `file_differs`, `body_too_large`
   */
  put(content: AsyncIterable<Uint8Array>, expected: Expected): Promise<{ size: number }>;
  /** How many bytes there are; nothing when they are not there. */
  size(sha256: string): Promise<number | undefined>;
  /** Begins to read; fails when they are not there. Cancelling the stream lets everything go. */
  read(sha256: string, range?: Range): Promise<ReadableStream<Uint8Array>>;
  /** Removes bytes, if they are there. */
  remove(sha256: string): Promise<void>;
  list(): AsyncIterable<{ sha256: string; size: number; modifiedAt: Date }>;
  /** Removes what is left of uploads that ended midway, and have not moved since a moment. */
  removeUnfinished(since: Date): Promise<number>;
  /**
   * Fails with a sentence for the operator when the store cannot be used.
   *
   * @throws StartError when it cannot be the right one; any other error may pass
   */
  ping(): Promise<void>;
};

/**
 * Opens the store of a setting.
 *
 * @param setting `directory:<path>` or `s3://bucket/prefix`
 */
export async function openFileStore(
  setting: string,
  s3: { endpoint: string | undefined; region: string | undefined },
): Promise<FileStore> {
  // The S3 client is large; whoever keeps files in a directory does not pay for it.
  if (setting.startsWith("s3://")) return (await import("./s3.ts")).openS3Store(setting, s3);
  return (await import("./directory.ts")).openDirectoryStore(setting.slice("directory:".length));
}

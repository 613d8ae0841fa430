import type { FileStore } from "./store.ts";

export function openS3Store(
  _url: string,
  _s3: { endpoint: string | undefined; region: string | undefined },
): FileStore {
  throw new Error("not yet");
}

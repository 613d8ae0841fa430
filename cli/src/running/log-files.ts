import { type FileHandle, open, rm } from "node:fs/promises";

const READ_AT_ONCE = 1024 * 1024;

/** Takes one log as it grows. */
export type LogReader = { feed(bytes: Buffer): void; end(): void };

/**
 * Follows the logs that Packer writes to one path. Each begins a new file there, also several at once do when a script
 * starts several Packers: a file is opened and then loses its name, so that none writes into that of another, and
 * nothing stays behind whatever ends this process.
 */
export class LogFiles {
  readonly #path: string;
  readonly #makeReader: () => LogReader;
  readonly #followed: { file: FileHandle; inode: number; reader: LogReader; position: number }[] = [];
  readonly #buffer = Buffer.allocUnsafe(READ_AT_ONCE);

  constructor(path: string, makeReader: () => LogReader) {
    this.#path = path;
    this.#makeReader = makeReader;
  }

  /** Reads what has been written since the last time. */
  async read(): Promise<void> {
    await this.#adopt();
    for (const log of this.#followed) {
      for (;;) {
        const { bytesRead } = await log.file.read(this.#buffer, 0, READ_AT_ONCE, log.position);
        if (bytesRead === 0) break;
        log.position += bytesRead;
        log.reader.feed(this.#buffer.subarray(0, bytesRead));
      }
    }
  }

  /** Reads the last of it, when nobody writes any more. */
  async end(): Promise<void> {
    await this.read();
    for (const { file, reader } of this.#followed.splice(0)) {
      reader.end();
      await file.close();
    }
  }

  async #adopt(): Promise<void> {
    const file = await open(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (!file) return;
    const { ino } = await file.stat();
    // Where a file that is in use cannot lose its name, as on Windows, it is there again each time.
    if (this.#followed.some(({ inode }) => inode === ino)) return file.close();
    this.#followed.push({ file, inode: ino, reader: this.#makeReader(), position: 0 });
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Takes a second or more to read from a disk, and longer to send. */
export const WORTH_SAYING = GIB / 8;
const STEPS = 10;

/** `512 B`, `3.4 MiB` or `2.0 GiB`. */
export function sizeText(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  if (bytes >= MIB / 10) return `${(bytes / MIB).toFixed(1)} MiB`;
  return `${bytes} B`;
}

/**
 * Says how far uploads are: when a file begins to be sent, and of a large one each tenth of it. The output of Packer and
 * of CI jobs is a list of lines, also where nobody watches.
 */
export class UploadProgress {
  readonly #say: (text: string) => void;
  #path: string | undefined;
  #said = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  readonly sending = ({ path, size }: { path: string; size: number }, sent: number): void => {
    if (this.#path !== path) {
      [this.#path, this.#said] = [path, 0];
      this.#say(`Uploading ${path} (${sizeText(size)})`);
    }
    const step = size < WORTH_SAYING ? 0 : Math.floor((sent / size) * STEPS);
    // What is sent again after a failure was said before.
    if (step <= this.#said || step === STEPS) return;
    this.#said = step;
    this.#say(`Uploading ${path}: ${(step * 100) / STEPS} % (${sizeText(sent)} of ${sizeText(size)})`);
  };

  readonly done = ({ path, size }: { path: string; size: number }, wasSent: boolean): void => {
    this.#path = undefined;
    this.#say(wasSent ? `Uploaded ${path} (${sizeText(size)})` : `The registry has ${path} already`);
  };
}

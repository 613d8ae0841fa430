import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An authority that signs certificates for this machine, or names that a test takes for its own, made by openssl in a directory of the test. */
export class Authority {
  readonly #directory: string;
  readonly certificateFile: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.certificateFile = join(directory, "ca.pem");
  }

  static async create(directory: string): Promise<Authority> {
    const authority = new Authority(directory);
    const made = ["-keyout", join(directory, "ca.key"), "-out", authority.certificateFile];
    await run("openssl", ["req", "-x509", ...newKey, ...made, "-days", "2", "-subj", "/CN=Test authority"]);
    return authority;
  }

  /** Signs a certificate. @param files where to write it and its key, in place of what is there */
  async issue(
    name: string,
    files: { cert: string; key: string },
    days = 2,
    hosts = ["IP:127.0.0.1", "DNS:localhost"],
  ): Promise<void> {
    const request = join(this.#directory, "request.pem");
    const extensions = join(this.#directory, "extensions");
    await writeFile(extensions, `subjectAltName=${hosts.join(",")}`);
    await run("openssl", ["req", ...newKey, "-keyout", files.key, "-out", request, "-subj", `/CN=${name}`]);
    const signer = [
      "-CA",
      this.certificateFile,
      "-CAkey",
      join(this.#directory, "ca.key"),
      "-CAcreateserial",
    ];
    const signed = ["-days", String(days), "-extfile", extensions, "-out", files.cert];
    await run("openssl", ["x509", "-req", "-in", request, ...signer, ...signed]);
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

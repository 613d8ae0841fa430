import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, usage, variableOf } from "./config.ts";
import { type SettingName, settings } from "./settings.ts";

describe("settings", () => {
  it("have defaults for everyday use on one machine", () => {
    expect(readConfig([], { HOME: "/home/me", XDG_DATA_HOME: "/data" })).toMatchObject({
      files: "directory:/data/waybill/files",
      maxFileSize: 107_374_182_400,
      listen: { host: "127.0.0.1", port: 8421 },
      databaseUrl: "sqlite:/data/waybill/waybill.sqlite",
      dataDir: "/data/waybill",
      dev: false,
      logLevel: "info",
      incompleteTtl: 7 * 86_400_000,
      maxLogSize: 64 * 2 ** 20,
      bootstrapToken: undefined,
    });
  });

  it("come from variables, and flags win over them", () => {
    const env = {
      WAYBILL_LISTEN: "0.0.0.0:80",
      WAYBILL_DATA_DIR: "/a",
      WAYBILL_INCOMPLETE_TTL: "12h",
      WAYBILL_LOG_LEVEL: "warn",
      WAYBILL_SOMETHING_ELSE: "ignored",
      WAYBILL_DATABASE_URL: "",
    };
    const config = readConfig(["--listen", "[::1]:0", "--data-dir=/b", "--log-level", "debug"], env);
    expect(config).toMatchObject({
      listen: { host: "::1", port: 0 },
      dataDir: "/b",
      databaseUrl: "sqlite:/b/waybill.sqlite",
      logLevel: "debug",
      incompleteTtl: 43_200_000,
    });
  });

  it.each([["--help"], ["-h"], ["--dev", "--help"]])("show their usage for %s", (...args) => {
    expect(readConfig(args, {})).toBe("help");
  });

  it.each<[string[], NodeJS.ProcessEnv, RegExp]>([
    [[], { WAYBILL_LISTEN: "8421" }, /^WAYBILL_LISTEN must be host:port, such as /],
    [["--listen", "host:99999"], {}, /^--listen must have a port between 0 and 65535\.$/],
    [
      [],
      { WAYBILL_DATABASE_URL: "mysql://x" },
      /^WAYBILL_DATABASE_URL must be sqlite:<path of a file> or postgres:/,
    ],
    [["--database-url", "sqlite:"], {}, /^--database-url must be sqlite:/],
    [[], { WAYBILL_LOG_LEVEL: "loud" }, /^WAYBILL_LOG_LEVEL must be one of fatal, error, warn, /],
    [[], { WAYBILL_INCOMPLETE_TTL: "7" }, /^WAYBILL_INCOMPLETE_TTL must be a duration between 1m and 365d/],
    [[], { WAYBILL_INCOMPLETE_TTL: "10s" }, /^WAYBILL_INCOMPLETE_TTL must be a duration between 1m and 365d/],
    [["--incomplete-ttl", "9999d"], {}, /^--incomplete-ttl must be a duration between 1m and 365d/],
    [
      [],
      { WAYBILL_MAX_LOG_SIZE: "1MB" },
      /^WAYBILL_MAX_LOG_SIZE must be a number of bytes between 64KiB and /,
    ],
    [
      ["--max-log-size", "63KiB"],
      {},
      /^--max-log-size must be a number of bytes between 64KiB and 4GiB, such/,
    ],
    [[], { WAYBILL_BOOTSTRAP_TOKEN: "wbl_short" }, /^WAYBILL_BOOTSTRAP_TOKEN must be wbl_ and 43 characters/],
    [["--dev", "--listen", "0.0.0.0:8421"], {}, /^--listen is "0\.0\.0\.0", but --dev .* loopback only/],
    [["--dev"], { WAYBILL_LISTEN: "example.org:1" }, /^WAYBILL_LISTEN is "example\.org", but --dev/],
    [["--prot", "1"], {}, /^Unknown option '--prot'.*--help" lists the flags\.$/],
    [["--listen"], {}, /'--listen <value>' argument missing.*--help/],
    [["extra"], {}, /^Unexpected argument 'extra'.*--help/],
  ])("%j %j: stop the start with one sentence", (args, env, message) => {
    expect(() => readConfig(args, env)).toThrow(ConfigError);
    expect(() => readConfig(args, env)).toThrow(message);
  });

  it.each(["127.0.0.1:0", "127.1.2.3:0", "localhost:0", "[::1]:0"])("let --dev listen on %s", (listen) => {
    expect(readConfig(["--dev", "--listen", listen], {})).toMatchObject({ dev: true });
  });

  it("are also read from files that variables name", () => {
    const directory = mkdtempSync(join(tmpdir(), "waybill-config-"));
    try {
      const file = join(directory, "level");
      writeFileSync(file, "warn\n");
      expect(readConfig([], { WAYBILL_LOG_LEVEL_FILE: file })).toMatchObject({ logLevel: "warn" });
      const both = { WAYBILL_LOG_LEVEL_FILE: file, WAYBILL_LOG_LEVEL: "error" };
      expect(readConfig([], both)).toMatchObject({ logLevel: "error" });
      const missing = { WAYBILL_BOOTSTRAP_TOKEN_FILE: join(directory, "none") };
      expect(() => readConfig([], missing)).toThrow(
        /^WAYBILL_BOOTSTRAP_TOKEN_FILE names a file that cannot be read/,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("are all in the usage, secrets without a flag", () => {
    for (const name of Object.keys(settings)) {
      const variable = variableOf(name as SettingName);
      expect(usage()).toMatch(name === "dev" ? "--dev" : variable);
    }
    expect(usage()).not.toContain("--bootstrap-token");
  });

  it("never repeat a secret in an error", () => {
    const env = {
      WAYBILL_BOOTSTRAP_TOKEN: "wbl_nearly-a-token",
      WAYBILL_DATABASE_URL: "postgres://u:secret@",
    };
    for (const one of Object.entries(env)) {
      expect(() => readConfig([], Object.fromEntries([one]))).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/secret|nearly/) }),
      );
    }
  });
});

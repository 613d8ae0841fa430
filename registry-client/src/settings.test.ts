import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSettings, type SettingKey, SettingsError } from "./settings.ts";

function refusal(args: Partial<Record<SettingKey, string>>, env: NodeJS.ProcessEnv = {}): SettingsError {
  try {
    readSettings(args, env);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("these settings were accepted");
}

test("has a default for everything that needs one", () => {
  const { address, ...rest } = readSettings({}, {});
  expect(address.href).toBe("http://127.0.0.1:8421/");
  expect(rest).toEqual({
    token: undefined,
    namespace: undefined,
    caFile: undefined,
    timeoutMs: 30_000,
    consumer: undefined,
  });
});

test("takes arguments before variables, and an empty text as not given", () => {
  const env = {
    WAYBILL_NAMESPACE: "acme",
    WAYBILL_TOKEN: "",
    WAYBILL_CA_FILE: "/ca.pem",
    WAYBILL_TIMEOUT: "2m",
  };
  const settings = readSettings({ namespace: "hashicorp", timeout: "", consumer: "laptop" }, env);
  expect(settings).toMatchObject({
    namespace: "hashicorp",
    token: undefined,
    caFile: "/ca.pem",
    timeoutMs: 120_000,
    consumer: "laptop",
  });
});

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["1h", 3_600_000],
])("reads %s as a duration", (timeout, ms) => {
  expect(readSettings({ timeout }, {}).timeoutMs).toBe(ms);
});

test.each(["30", "0s", "-1s", "2h", "soon", "1m30s", "Infinitys"])("refuses the timeout %s", (timeout) => {
  expect(refusal({ timeout })).toMatchObject({ key: "timeout" });
  expect(refusal({ timeout }).message).toContain("must be a duration between 1ms and 1h");
});

test("names the variable that holds a wrong value", () => {
  const error = refusal({}, { WAYBILL_TIMEOUT: "soon" });
  expect(error.message).toMatch(/^WAYBILL_TIMEOUT is "soon"/);
  expect(error.key).toBe("timeout");
});

test.each(["ftp://host", "waybill.example.com", "localhost:8421", "", "http://"])(
  "refuses the address %j, unless it is empty",
  (address) => {
    if (address === "") expect(readSettings({ address }, {}).address.port).toBe("8421");
    else expect(refusal({ address }).message).toContain("address must be an http:// or https:// address");
  },
);

test("refuses a query or fragment in the address", () => {
  expect(refusal({ address: "https://host/?a=1" }).message).toContain('without "?" and "#"');
});

test.each(["https://me:hunter2@host", "https://hunter2@host", "me:hunter2@host", "http://me:hunter2@"])(
  "refuses credentials in the address and does not repeat them: %s",
  (address) => {
    const error = refusal({ address });
    expect(error.key).toBe("address");
    expect(inspect(error)).not.toContain("hunter2");
  },
);

test("trims a token, and refuses one that no header can hold without showing it", () => {
  expect(readSettings({ token: " wbl_abc\n" }, {}).token).toBe("wbl_abc");
  const error = refusal({}, { WAYBILL_TOKEN: "wbl_hunter2 two" });
  expect(error.message).toMatch(/^WAYBILL_TOKEN contains spaces/);
  expect(inspect(error)).not.toContain("hunter2");
});

test("refuses a namespace and a consumer that cannot be names", () => {
  expect(refusal({ namespace: "HashiCorp" }).message).toContain("1 to 63 of the characters");
  expect(refusal({ consumer: "a\nb" }).message).toContain("printable text");
  expect(refusal({ consumer: "x".repeat(256) }).key).toBe("consumer");
});

const ci: NodeJS.ProcessEnv = {
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "acme/web",
  GITHUB_JOB: "plan",
};

test.each<[string, NodeJS.ProcessEnv, string]>([
  ["Terraform Cloud, before the CI job", { ...ci, TFC_WORKSPACE_SLUG: "acme/prod" }, "acme/prod"],
  ["GitHub Actions", ci, "acme/web/plan"],
  [
    "GitLab",
    { GITLAB_CI: "true", CI_PROJECT_PATH: "acme/web", CI_JOB_NAME: "plan: [a]" },
    "acme/web/plan: [a]",
  ],
  [
    "CircleCI",
    {
      CIRCLECI: "true",
      CIRCLE_PROJECT_USERNAME: "acme",
      CIRCLE_PROJECT_REPONAME: "web",
      CIRCLE_JOB: "plan",
    },
    "acme/web/plan",
  ],
  ["Jenkins", { JENKINS_URL: "https://ci", JOB_NAME: "web/plan" }, "web/plan"],
  [
    "Buildkite",
    {
      BUILDKITE: "true",
      BUILDKITE_ORGANIZATION_SLUG: "acme",
      BUILDKITE_PIPELINE_SLUG: "web",
      BUILDKITE_LABEL: "plan\n",
    },
    "acme/web/plan ",
  ],
  [
    "Azure Pipelines",
    { TF_BUILD: "True", SYSTEM_TEAMPROJECT: "acme", BUILD_DEFINITIONNAME: "web", SYSTEM_JOBNAME: "plan" },
    "acme/web/plan",
  ],
])("names the consumer after %s", (_name, env, consumer) => {
  expect(readSettings({}, env).consumer).toBe(consumer);
  expect(readSettings({}, { ...env, WAYBILL_CONSUMER: "mine" }).consumer).toBe("mine");
});

test("answers any text with settings or with a sentence about its key, never with the token", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.constantFrom("http://a:b@c", "1s", "\0"),
  );
  const args = fc.record({ address: text, namespace: text, timeout: text, consumer: text });
  fc.assert(
    fc.property(args, fc.string({ minLength: 8 }), (given, token) => {
      try {
        const { address } = readSettings({ ...given, token }, {});
        expect([address.username, address.password]).toEqual(["", ""]);
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError);
        if (!Object.values(given).some((value) => value.includes(token))) {
          expect((error as Error).message).not.toContain(token);
        }
      }
    }),
  );
});

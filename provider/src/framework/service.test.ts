import { ExtData } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { callsOf, seen, summaries, value } from "../../test/harness/service-calls.ts";
import { createLogger } from "../plugin/logger.ts";
import { DiagnosticError } from "./diagnostics.ts";
import { dataSource, provider, type ReadContext } from "./provider.ts";
import { atMostOneOf, notEmpty, oneOf } from "./validators.ts";
import { types } from "./values/types.ts";
import { Unknown } from "./values/values.ts";

const UNKNOWN = new ExtData(0, Uint8Array.of(0));

const schema = {
  deprecated: "Use books.",
  description: "A word.",
  attributes: {
    text: {
      type: types.string,
      required: true,
      description: "The word.",
      validators: [notEmpty, oneOf("up", "down")],
    },
    other: { type: types.string, optional: true, description: "Another.", deprecated: "Use text." },
    kept: { type: types.string, optional: true, computed: true, description: "Ours unless theirs." },
    length: { type: types.number, computed: true, description: "Its length." },
    letters: {
      computed: true,
      description: "Its letters.",
      nested: {
        mode: "list",
        attributes: { letter: { type: types.string, computed: true, description: "One.", sensitive: true } },
      },
    },
    options: {
      optional: true,
      description: "Options.",
      nested: {
        mode: "map",
        attributes: {
          size: { type: types.string, required: true, description: "Size.", validators: [notEmpty] },
          weight: { type: types.number, computed: true, description: "Its weight." },
        },
      },
    },
  },
} as const;

type Read = Parameters<typeof dataSource<typeof schema, { prefix: string }>>[0]["read"];

const given = { text: "up", other: null, kept: null, length: null, letters: null, options: null };
const result = async (config: { text: string }, { client }: ReadContext<{ prefix: string }>) => ({
  kept: client.prefix,
  length: config.text.length,
  letters: [...config.text].map((letter) => ({ letter })),
});

function start(read: Read = result) {
  const log: string[] = [];
  const words = provider({
    schema: {
      description: "Words.",
      attributes: {
        prefix: { type: types.string, optional: true, description: "Prefix." },
        secret: { type: types.string, optional: true, sensitive: true, description: "Secret." },
      },
    },
    configure: ({ prefix }) => {
      if (prefix === "bad") throw new DiagnosticError("Bad prefix", "Choose another.", ["prefix"]);
      return { prefix: prefix ?? "none" };
    },
    dataSources: {
      words_word: dataSource<typeof schema, { prefix: string }>({
        schema,
        validate: (config, diagnostics) => atMostOneOf(["other", "kept"], config, diagnostics),
        read,
      }),
    },
    configurationHint: "Or set WORDS_PREFIX.",
    decidedBy: "the dictionary",
  });
  const logger = createLogger("words", { TF_LOG: "debug" }, (line) => log.push(line));
  const call = callsOf(words, logger);
  return {
    log,
    call,
    configure: (values: object = {}) =>
      call("configureProvider", { config: value({ prefix: null, secret: null, ...values }) }),
    read: (values: object = {}, more: object = {}) =>
      call("readDataSource", { typeName: "words_word", config: value({ ...given, ...values }), ...more }),
    validate: (values: object = {}) =>
      call("validateDataResourceConfig", { typeName: "words_word", config: value({ ...given, ...values }) }),
  };
}

describe("reading", () => {
  test("completes what was written with what was found", async () => {
    const service = start();
    await service.configure({ prefix: "pre" });
    const { state, diagnostics } = await service.read({ other: "x" });
    expect(diagnostics).toEqual([]);
    expect(seen(state)).toEqual({
      ...{ text: "up", other: "x", kept: "pre", length: 2, options: null },
      letters: [{ letter: "u" }, { letter: "p" }],
    });
  });

  test("never overwrites what was written", async () => {
    const service = start();
    await service.configure();
    const { state } = await service.read({ kept: "theirs" });
    expect(seen(state)).toMatchObject({ kept: "theirs" });
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ["what is only the provider's to say", { length: 3 }, "Attribute is read-only", "length"],
    ["what a validator refuses", { text: "sideways" }, "Invalid text", "text"],
    ["that something required is missing", { text: null }, "Value does not fit the schema", "text"],
    ["what is not known yet", { other: UNKNOWN }, "Value does not fit the schema", "other"],
  ])("does not ask the handler when a configuration holds %s", async (_what, config, summary, name) => {
    const service = start(async () => Promise.reject(new Error("the handler was asked")));
    await service.configure();
    expect(await service.read(config)).toMatchObject({
      diagnostics: [{ summary, attribute: { steps: [{ selector: { attributeName: name } }] } }],
    });
  });

  test("reports what a handler throws, and keeps its stack for the log", async () => {
    const service = start(async () => {
      throw new TypeError("a is undefined");
    });
    await service.configure();
    expect(await service.read()).toMatchObject({
      diagnostics: [
        { severity: 1, summary: "Provider failed", detail: expect.stringContaining("a is undefined") },
      ],
    });
    expect(service.log.join("")).toContain("service.test.ts");
  });

  test("reports a result that does not fit the schema", async () => {
    const service = start((async () => ({ kept: null, length: "two", letters: [] })) as unknown as Read);
    await service.configure();
    const answer = await service.read();
    expect(summaries(answer)).toEqual(["Value does not fit the schema"]);
    expect(answer.diagnostics[0].attribute.steps).toEqual([
      { selector: { $case: "attributeName", attributeName: "length" } },
    ]);
    expect(answer.state).toBeUndefined();
  });

  test("keeps warnings beside a result and errors beside warnings", async () => {
    const service = start(async (config, context) => {
      context.diagnostics.warning("Careful", "It is steep.");
      if (config.text === "down") throw new DiagnosticError("Too steep", "Go around.", ["text"]);
      return result(config, context);
    });
    await service.configure();
    const up = await service.read();
    expect(up.diagnostics).toMatchObject([{ severity: 2, summary: "Careful" }]);
    expect(up.state).toBeDefined();
    expect(summaries(await service.read({ text: "down" }))).toEqual(["Careful", "Too steep"]);
  });

  test("ends on StopProvider and when the client gives the call up", async () => {
    const service = start(
      (_config, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await service.configure();
    const stopped = service.read();
    await service.call("stopProvider");
    expect(summaries(await stopped)).toEqual(["Cancelled"]);
    const config = value(given);
    const cancelled = await service.call("readDataSource", { typeName: "words_word", config }, (cancel) =>
      setImmediate(cancel),
    );
    expect(summaries(cancelled)).toEqual(["Cancelled"]);
  });
});

describe("configuring", () => {
  test("reports a configuration that cannot be used at its argument", async () => {
    const answer = await start().configure({ prefix: "bad" });
    expect(answer.diagnostics).toMatchObject([
      { summary: "Bad prefix", attribute: { steps: [{ selector: { attributeName: "prefix" } }] } },
    ]);
  });

  test("waits for an unknown configuration where reads may be deferred, and says how to go on elsewhere", async () => {
    const service = start();
    expect(await service.configure({ prefix: UNKNOWN })).toEqual({ diagnostics: [] });
    const deferred = await service.read({}, { clientCapabilities: { deferralAllowed: true } });
    expect(deferred).toMatchObject({ deferred: { reason: 2 }, diagnostics: [] });
    const refused = await service.read();
    // Without a place: in what is read, an attribute of that name would be another one.
    expect(refused.diagnostics).toMatchObject([
      { detail: expect.stringMatching(/prefix.*WORDS_PREFIX/s), attribute: undefined },
    ]);
    await service.configure({ prefix: "known" });
    expect((await service.read()).diagnostics).toEqual([]);
  });
});

describe("validating", () => {
  test("looks at each value that is set and known, at any depth", async () => {
    const answer = await start().validate({
      text: "sideways",
      options: { a: { size: "", weight: null }, b: { size: UNKNOWN, weight: null } },
    });
    expect(answer.diagnostics).toMatchObject([
      { summary: "Invalid text", detail: 'text must be one of "up", "down", not "sideways".' },
      {
        summary: 'Invalid options["a"].size',
        attribute: {
          steps: [{ selector: { attributeName: "options" } }, { selector: { elementKeyString: "a" } }, {}],
        },
      },
    ]);
  });

  test.each([
    ["length", 3],
    ["length", UNKNOWN],
    ["letters", []],
    ["letters", [{ letter: "u" }]],
    ["letters", UNKNOWN],
  ])("refuses that %s is set to %j, which is not for the user to decide", async (name, value) => {
    expect((await start().validate({ [name]: value })).diagnostics).toMatchObject([
      {
        severity: 1,
        summary: "Attribute is read-only",
        detail: `${name} is decided by the dictionary and cannot be set; remove it. Arguments that can be set: text, other, kept, options.`,
        attribute: { steps: [{ selector: { attributeName: name } }] },
      },
    ]);
  });

  test("refuses what is read-only within what can be set, at its place", async () => {
    const { diagnostics } = await start().validate({
      options: { a: { size: "s", weight: 1 }, b: { size: "s", weight: null } },
    });
    expect(diagnostics).toMatchObject([
      {
        summary: "Attribute is read-only",
        detail: expect.stringMatching(/^options\["a"\]\.weight is decided .*: size\.$/),
        attribute: {
          steps: [{}, { selector: { elementKeyString: "a" } }, { selector: { attributeName: "weight" } }],
        },
      },
    ]);
  });

  test("reports one fault of a value, not all that follow from it", async () => {
    expect(summaries(await start().validate({ text: "" }))).toEqual(["Invalid text"]);
  });

  test("takes unknown values for possible ones", async () => {
    expect(await start().validate({ text: UNKNOWN, other: "a", kept: UNKNOWN })).toEqual({ diagnostics: [] });
    expect(summaries(await start().validate({ other: "a", kept: "b" }))).toEqual([
      "Arguments exclude each other",
    ]);
    expect(new Unknown().refinement).toBeUndefined();
  });
});

test("the schema carries all that was said of it", async () => {
  const { dataSourceSchemas, provider } = await start().call("getProviderSchema");
  const attributes = dataSourceSchemas.words_word.block.attributes;
  expect(attributes[0]).toMatchObject({ name: "text", required: true, descriptionKind: 1 });
  expect(attributes[1]).toMatchObject({ name: "other", deprecated: true, deprecationMessage: "Use text." });
  expect(attributes[4].nestedType).toMatchObject({
    nesting: 2,
    attributes: [{ name: "letter", sensitive: true }],
  });
  expect(attributes[0]).not.toHaveProperty("validators");
  expect(dataSourceSchemas.words_word.block).toMatchObject({
    deprecated: true,
    deprecationMessage: "Use books.",
  });
  expect(provider.block.attributes[1]).toMatchObject({ name: "secret", sensitive: true });
});

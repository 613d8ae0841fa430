/**
 * Writes provider/docs in the layout of provider registries, from the schemas and from examples/terraform. With
 * --check nothing is written: it exits with 1 and names the pages that are not what they would be.
 *
 * Source: "Provider Documentation" of the Terraform registry.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { FunctionDefinition } from "../src/framework/function.ts";
import type { Attribute, Attributes, Schema } from "../src/framework/schema.ts";
import type { Type } from "../src/framework/values/types.ts";
import { waybill } from "../src/waybill.ts";

const repository = resolve(import.meta.dirname, "../..");
const docs = join(repository, "provider/docs");
const examples = join(repository, "examples/terraform");

const pages = new Map<string, string>();
for (const [folder, kind, offered] of [
  ["data-sources", "data source", waybill.dataSources],
  ["resources", "resource", waybill.resources],
  ["ephemeral-resources", "ephemeral resource", waybill.ephemeralResources],
] as const) {
  for (const [name, { schema, ...rest }] of Object.entries(offered ?? {})) {
    const isImportable = "import" in rest && rest.import !== undefined;
    pages.set(`${folder}/${short(name)}.md`, page(folder, kind, name, schema, isImportable));
  }
}
for (const [name, definition] of Object.entries(waybill.functions ?? {})) {
  pages.set(`functions/${name}.md`, functionPage(name, definition));
}

pages.set("index.md", index());

if (process.argv.includes("--check")) check();
else write();

function index(): string {
  const { schema } = waybill;
  return [
    head("waybill provider", schema.description),
    "# waybill provider",
    schema.description,
    "Data sources find the image that is right now; resources keep namespaces, artifacts, versions, channels, revocations, tokens and webhooks as code. It runs on Terraform 1.8 and OpenTofu 1.7 and later; arguments that are only written (`_wo`), and the ephemeral token, need 1.11 of either.",
    "## Example",
    code("terraform", example("provider/waybill.tf")),
    "## Arguments",
    "Every argument can also be given as an environment variable. Nothing is asked of the registry before something is read or changed. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured.",
    list(schema.attributes, () => true),
    "## Pages",
    contents(),
    "## Logs",
    "`TF_LOG_PROVIDER=debug terraform plan` shows each call of the provider with the time it took, and `info` what it waits for. Neither shows a token.",
  ].join("\n\n");
}

/** Every page, for those who read them where there is no list beside. */
function contents(): string {
  const guides = globSync("guides/*.md", { cwd: docs });
  const folders = Map.groupBy([...pages.keys(), ...guides].sort(), (file) => dirname(file));
  return [...folders]
    .map(([folder, files]) => {
      const title = folder.replace("-", " ");
      return `- ${title.charAt(0).toUpperCase()}${title.slice(1)}: ${files.map(link).join(", ")}`;
    })
    .join("\n");
}

function link(file: string): string {
  const text = pages.get(file) ?? readFileSync(join(docs, file), "utf8");
  const [, title = file] = /^page_title: "(.*?)(?: \(.*)?"$/m.exec(text) ?? [];
  return `[${title}](${file})`;
}

function page(folder: string, kind: string, name: string, schema: Schema, isImportable: boolean): string {
  const { attributes } = schema;
  const nested = nestedSections(attributes);
  const file = `${folder}/${name}.tf`;
  return [
    head(`${name} (${kind})`, schema.description),
    `# ${name} (${kind})`,
    schema.description,
    "## Example",
    code("terraform", example(file)),
    "## Arguments",
    list(attributes, isArgument, kind === "resource"),
    ...section(
      "## Attributes",
      list(attributes, (attribute) => !isArgument(attribute)),
    ),
    ...nested,
    ...(isImportable ? importSection(attributes, example(`${folder}/${name}.import.sh`)) : []),
  ].join("\n\n");
}

/** @param command `terraform import <address> <id>` */
function importSection({ id }: Attributes, command: string): string[] {
  const [, , address, example] = command.trim().split(" ");
  const form = id?.description ?? "";
  return [
    "## Import",
    `The id of an import is ${form.charAt(0).toLowerCase()}${form.slice(1)}`,
    code("terraform", `import {\n  to = ${address}\n  id = "${example}"\n}`),
    "Or by a command:",
    code("shell", command),
  ];
}

function functionPage(
  name: string,
  { summary, description, parameters, returns }: FunctionDefinition,
): string {
  const given = parameters.map((parameter) => `${parameter.name} ${typeName(parameter.type)}`).join(", ");
  return [
    head(`${name} (function)`, summary),
    `# ${name} (function)`,
    description,
    "## Example",
    code("terraform", example(`functions/${name}.tf`)),
    "## Signature",
    code("text", `${name}(${given}) ${typeName(returns)}`),
    "## Arguments",
    parameters
      .map((parameter) => `- \`${parameter.name}\` (${typeName(parameter.type)}) ${parameter.description}`)
      .join("\n"),
  ].join("\n\n");
}

function head(title: string, description: string): string {
  const [first = ""] = description.split(/(?<=\.) /);
  return `---\npage_title: ${JSON.stringify(title)}\nsubcategory: ""\ndescription: |-\n  ${first}\n---`;
}

function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

function example(file: string): string {
  const path = join(examples, file);
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new Error(`examples/terraform/${file} is missing: every page shows an example that the tests run`);
}

function section(title: string, text: string): string[] {
  return text === "" ? [] : [title, text];
}

function isArgument({ required, optional }: Attribute): boolean {
  return required === true || optional === true;
}

function list(
  attributes: Attributes,
  isListed: (attribute: Attribute) => boolean,
  isResource = false,
): string {
  const listed = Object.entries(attributes).filter(([, attribute]) => isListed(attribute));
  const byUse = [...listed].sort(([, a], [, b]) => Number(b.required ?? false) - Number(a.required ?? false));
  return byUse.map(([name, attribute]) => line(name, attribute, isResource)).join("\n");
}

function line(name: string, attribute: Attribute, isResource: boolean): string {
  const traits = [
    ...(isArgument(attribute) ? [attribute.required ? "required" : "optional"] : []),
    attribute.nested ? nestedName(attribute.nested.mode) : typeName(attribute.type),
    ...(isArgument(attribute) && attribute.computed && attribute.default === undefined
      ? ["computed when left out"]
      : []),
    ...(attribute.sensitive ? ["sensitive"] : []),
    ...(attribute.writeOnly ? ["write-only"] : []),
    ...(isResource && attribute.requiresReplace ? ["forces replacement"] : []),
  ];
  const more = attribute.nested ? ` See [below](#${anchor(name)}).` : "";
  const old = attribute.deprecated ? ` **Deprecated:** ${attribute.deprecated}` : "";
  return `- \`${name}\` (${traits.join(", ")}) ${attribute.description}${old}${more}`;
}

function nestedSections(attributes: Attributes, path: string[] = []): string[] {
  return Object.entries(attributes).flatMap(([name, { nested }]) => {
    if (!nested) return [];
    const here = [...path, name];
    return [
      `<a id="${anchor(name)}"></a>\n### ${here.join(".")}`,
      list(nested.attributes, () => true),
      ...nestedSections(nested.attributes, here),
    ];
  });
}

function anchor(name: string): string {
  return name.replaceAll("_", "-");
}

function nestedName(mode: string): string {
  return mode === "single" ? "object" : `${mode} of objects`;
}

function typeName(type: Type): string {
  if ("element" in type) return `${type.kind} of ${typeName(type.element)}`;
  if (type.kind !== "object") return type.kind;
  return `object with ${Object.entries(type.attributes)
    .map(([name, of]) => `${name} ${typeName(of)}`)
    .join(", ")}`;
}

function short(name: string): string {
  return name.replace(/^waybill_/, "");
}

/** Pages that are made from schemas; guides are written by hand. */
function generated(): string[] {
  return globSync("**/*.md", { cwd: docs }).filter((file) => !file.startsWith("guides"));
}

function write(): void {
  for (const file of generated()) if (!pages.has(file)) rmSync(join(docs, file));
  for (const [file, text] of pages) {
    mkdirSync(dirname(join(docs, file)), { recursive: true });
    writeFileSync(join(docs, file), `${text}\n`);
  }
}

function check(): void {
  const isFresh = (file: string) =>
    existsSync(join(docs, file)) && readFileSync(join(docs, file), "utf8") === `${pages.get(file)}\n`;
  const stale = [...new Set([...generated(), ...pages.keys()])].filter((file) => !isFresh(file));
  if (stale.length === 0) return;
  console.error(
    `Not as the schemas and examples say: ${stale.map((file) => `provider/docs/${file}`).join(", ")}.`,
  );
  console.error("Run: node provider/scripts/docs.ts");
  process.exitCode = 1;
}

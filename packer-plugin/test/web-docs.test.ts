import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const pages = join(import.meta.dirname, "../.web-docs");
const read = (path: string) => readFile(join(import.meta.dirname, "..", path), "utf8");

test("every component that Packer's integrations are told of has a page", async () => {
  const metadata = await read(".web-docs/metadata.hcl");
  const components = [...metadata.matchAll(/type = "(.*)"\n.*\n\s*slug = "(.*)"/g)];
  expect(components.map(([_all, type, slug]) => `${type}/${slug}`)).toEqual([
    "post-processor/waybill",
    "data-source/artifact",
    "data-source/version",
  ]);
  for (const [_all, type = "", slug = ""] of components) {
    await access(join(pages, "components", type, slug, "README.md"));
  }
});

test.for(["artifact", "version"])(
  "the page of waybill-%s names what it tells, and nothing else",
  async (name) => {
    const source = await read("shim/datasource/output.go");
    const part = (of: string) => source.match(new RegExp(`func ${of}\\(\\).*?\\n}`, "s"))?.[0] ?? "";
    const told = [...`${part("shared")}${part(`${name}Output`)}`.matchAll(/(?:attribute|block)\("(\w+)"/g)];
    const page = await read(`.web-docs/components/data-source/${name}/README.md`);
    const [, table = ""] = page.split("## Output Data");
    const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([_all, cell = ""]) =>
      cell.match(/(?<=`)\w+(?=`)/g),
    );
    const attributes = told.map(([_all, attribute]) => attribute);
    expect(attributes.length).toBeGreaterThan(10);
    expect(named.filter(Boolean).sort()).toEqual(attributes.sort());
  },
);

test("every line of the machine-readable output is on the page of the post-processor", async () => {
  const output = await read("src/publishing/output.ts");
  const types = [...output.matchAll(/#machine\(\s*"([\w-]+)"/g)].map(([_all, type]) => type);
  const page = await read(".web-docs/components/post-processor/waybill/README.md");
  const named = [...page.matchAll(/^\| `(waybill-[\w-]+)` \|/gm)].map(([_all, type]) => type);
  expect(named.sort()).toEqual([...new Set(types)].sort());
});

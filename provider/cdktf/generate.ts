/**
 * Makes npm packages of TypeScript bindings from the provider's own schema, in `dist` beside this script: one for CDKTF,
 * which is archived, and one for CDK Terrain, which goes on with it. Neither Terraform nor a registry is asked.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { VERSION } from "../src/version.ts";
import { waybill } from "../src/waybill.ts";
import { describeProvider } from "./schema.ts";

/** What is the same in the generators of both. */
type Generator = {
  readonly CodeMaker: new () => object;
  readonly TerraformProviderConstraint: new (provider: {
    name: string;
    source: string;
    version: string;
  }) => object;
  readonly TerraformProviderGenerator: new (
    code: object,
    schema: object,
  ) => {
    generate(provider: object): void;
    save(directory: string): Promise<void>;
  };
};

const here = import.meta.dirname;
const repository = resolve(here, "../..");
const dist = join(here, "dist");
const [major, minor] = VERSION.split(".");
const provider = { name: "waybill", source: "waybill/waybill", version: `~> ${major}.${minor}` };
const schema = describeProvider(waybill, `registry.terraform.io/${provider.source}`);

install();
// As soon as they are loaded, both look for Terraform and report to HashiCorp how they fared.
Object.assign(process.env, { TERRAFORM_BINARY_NAME: "terraform-is-not-needed", CHECKPOINT_DISABLE: "1" });
for (const flavour of ["cdktf", "cdktn"]) await makePackage(flavour);

/** The generators are heavy and nothing else needs them, so they have a lock file of their own. */
function install(): void {
  const installed = join(here, "node_modules/.package-lock.json");
  const changed = (file: string) => statSync(file).mtimeMs;
  if (existsSync(installed) && changed(installed) >= changed(join(here, "package-lock.json"))) return;
  const options = { cwd: here, stdio: "inherit", shell: process.platform === "win32" } as const;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], options);
}

async function makePackage(flavour: string): Promise<void> {
  mkdirSync(dist, { recursive: true });
  // Beside the place of the package, where compiled code finds what it imports.
  const aside = mkdtempSync(join(dist, `.${flavour}-`));
  try {
    // It says that the code is CommonJS, also to the compiler.
    writeFileSync(join(aside, "package.json"), `${JSON.stringify(manifest(flavour), undefined, 2)}\n`);
    await generate(flavour, join(aside, "src"));
    compile(join(aside, "src/providers/waybill"), join(aside, "lib"));
    rmSync(join(aside, "src"), { recursive: true });
    writeFileSync(
      join(aside, "README.md"),
      readFileSync(join(here, "README.md"), "utf8").replaceAll("cdktn", flavour),
    );
    cpSync(join(repository, "LICENSE"), join(aside, "LICENSE"));
    rmSync(join(dist, flavour), { recursive: true, force: true });
    renameSync(aside, join(dist, flavour));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  console.log(`provider: ${join(dist, flavour)}`);
}

async function generate(flavour: string, directory: string): Promise<void> {
  const require = createRequire(join(here, "package.json"));
  const { CodeMaker, TerraformProviderConstraint, TerraformProviderGenerator } = require(
    `@${flavour}/provider-generator`,
  ) as Generator;
  const generator = new TerraformProviderGenerator(new CodeMaker(), schema);
  generator.generate(new TerraformProviderConstraint(provider));
  await generator.save(directory);
}

function compile(from: string, to: string): void {
  const options = {
    ...{ target: "es2022", module: "node16", rootDir: from, outDir: to, declaration: true, strict: true },
    ...{ types: [], skipLibCheck: true, stripInternal: true },
  };
  writeFileSync(
    join(from, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["index.ts"] }),
  );
  execFileSync(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", from], {
    stdio: "inherit",
  });
}

function manifest(flavour: string): object {
  const { devDependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  return {
    name: `@waybill/provider-${flavour}`,
    version: VERSION,
    description: `Bindings of the Terraform provider waybill for ${flavour}`,
    license: "MPL-2.0",
    type: "commonjs",
    main: "lib/index.js",
    types: "lib/index.d.ts",
    exports: { ".": "./lib/index.js", "./lib/*": "./lib/*/index.js" },
    files: ["lib"],
    peerDependencies: {
      [flavour]: `^${devDependencies[flavour]}`,
      constructs: `^${devDependencies.constructs}`,
    },
  };
}

import { Script } from "node:vm";

type Scope = { exports: unknown; require: NodeJS.Require };

/**
 * Makes a CommonJS script ready to run.
 *
 * @param source its text, of Latin-1 only
 * @param cachedData what V8 compiled of the same text before; where V8 has no use for it, it compiles again
 * @returns `script`, to ask for what is compiled by now, and `run`, which gives the script what modules have
 */
export function compile(source: string, cachedData?: Buffer): { script: Script; run(scope: Scope): void } {
  const text = `(function (exports, require, module) {${source.replace(/^#!.*/, "")}\n})`;
  const script = new Script(text, { filename: "script.cjs", ...(cachedData && { cachedData }) });
  return {
    script,
    run: ({ exports, require }) => script.runInThisContext()(exports, require, { exports }),
  };
}

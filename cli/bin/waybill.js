#!/usr/bin/env node
import nodeModule from "node:module";

// Keeps what Node makes of the sources, which halves the time to start. Older versions do not have it.
nodeModule.enableCompileCache?.();

// Node ends with 1 after an error that nobody caught and when a program cannot even be loaded, which here would mean
// "there is none". Rejections that nobody handles come here too.
process.on("uncaughtException", (error) => {
  report(error);
  process.exit(4);
});
try {
  const { main } = await import("../src/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = 4;
}

function report(error) {
  const old = error?.code === "ERR_UNKNOWN_FILE_EXTENSION";
  const sentence = old && `waybill needs Node.js 22.18 or newer, this is ${process.version}`;
  if (process.argv.includes("--json")) {
    const message = sentence || (error?.message ?? String(error));
    console.error(JSON.stringify({ error: message, code: "failed", means: "refused" }));
  } else console.error(sentence || error);
}

#!/usr/bin/env node
import nodeModule from "node:module";

// Keeps what Node makes of the sources, which halves the time to start. Older versions do not have it.
nodeModule.enableCompileCache?.();

// Node ends with 1 when a program cannot even be loaded, which here would mean "there is none".
try {
  const { main } = await import("../src/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const old = error?.code === "ERR_UNKNOWN_FILE_EXTENSION";
  console.error(old ? `waybill needs Node.js 22.18 or newer, this is ${process.version}` : error);
  process.exitCode = 4;
}

/** What an executable begins with that has its script and what is compiled of it as assets (`makeExecutable`). */
import { getRawAsset } from "node:sea";
import { compile } from "./compile.ts";

const asset = (name: string): Buffer => Buffer.from(getRawAsset(name) as ArrayBuffer);

compile(asset("script").toString("latin1"), asset("compiled")).run({ exports: {}, require });

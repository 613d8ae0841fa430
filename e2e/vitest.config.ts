import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["e2e/**/*.test.ts", "tools/**/*.test.ts"],
    globalSetup: "e2e/harness/global-setup.ts",
    // Each test starts several Packer, Terraform and registry processes: more files at once only slow each other down.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

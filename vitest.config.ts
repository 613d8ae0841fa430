import { defineConfig } from "vitest/config";

// Each workspace has a config of its own, so that `vitest run` works there alone too.
export default defineConfig({
  test: {
    projects: ["registry-client", "registry-server", "packer-plugin", "provider", "cli", "e2e"],
    // Two cores are what continuous integration has.
    maxWorkers: 2,
  },
});

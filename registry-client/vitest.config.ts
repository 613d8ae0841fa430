import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Properties try many values, and others may be at work on the machine.
    testTimeout: 60_000,
  },
});

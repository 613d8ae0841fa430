import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Each step of a test is a process of its own, and others may be at work on the machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

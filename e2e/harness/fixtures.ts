import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { RunResult } from "../../tools/run.ts";
import { Registry } from "./registry.ts";
import { Workspace } from "./workspace.ts";

/**
 * A registry for all tests of a file, which keep apart by the names of their artifacts.
 *
 * @param more settings of the server that the tests want
 */
export function useRegistry(more?: NodeJS.ProcessEnv): Registry {
  const registry = new Registry(undefined, more);
  beforeAll(() => registry.start());
  afterAll(() => registry.remove());
  return registry;
}

/**
 * A registry for each test, empty, for those that cannot choose the names of their artifacts.
 *
 * @param more settings of the server that the tests want
 */
export function useFreshRegistry(more?: NodeJS.ProcessEnv): Registry {
  const registry = new Registry(undefined, more);
  beforeEach(() => registry.start());
  afterEach(() => registry.remove());
  return registry;
}

/** Makes workspaces that are removed when the test that asked for them is over. */
export function useWorkspaces(): (settings: NodeJS.ProcessEnv) => Promise<Workspace> {
  const made: Workspace[] = [];
  afterEach(async () => {
    for (const workspace of made.splice(0)) await workspace.remove();
  });
  return async (settings) => {
    const workspace = await Workspace.create(settings);
    made.push(workspace);
    return workspace;
  };
}

/** Holds that a command succeeded, and shows what it wrote when it did not. */
export function expectSuccess(result: RunResult): RunResult {
  expect(result.code, result.output).toBe(0);
  return result;
}

/** Holds that a command failed by itself, and was not killed. */
export function expectFailure(result: RunResult): RunResult {
  expect(result.code, result.output).toBeGreaterThan(0);
  return result;
}

import { spawn } from "node:child_process";
import type { Socket } from "node:net";

// What ends this process, or Ctrl-C, ends the shell only after its work; it begins when the pipe from here closes.
const SCRIPT = 'trap "" INT TERM HUP; read -r _; rm -rf -- "$0"';

/** Has a directory removed when this process ends, however it ends: who is killed cannot do it. */
export function removeAfterEnd(directory: string): void {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Where there is no shell, a directory may stay: nothing more depends on it.
  shell.on("error", () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
}

import { Argument, type Command } from "commander";
import { completionScript } from "../built.ts";
import type { Output } from "../output.ts";

const HELP = `
Completes commands, options, and, when the registry answers within a second, the names of artifacts and channels and the
numbers of versions. To have it in every shell, write the line for yours into its start-up file:
  bash  ~/.bashrc                    source <(waybill completion bash)
  zsh   ~/.zshrc, after compinit     source <(waybill completion zsh)
  fish  ~/.config/fish/config.fish   waybill completion fish | source

Examples:
  source <(waybill completion bash)
  waybill completion zsh > ~/.zfunc/_waybill
`;

export function define(command: Command, output: Output): void {
  command
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", HELP)
    .action(async (shell: string) => {
      const script = await completionScript(shell);
      output.result({ shell, script }, () => output.line(script.trimEnd()));
    });
}

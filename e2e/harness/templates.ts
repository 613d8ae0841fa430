/** The head of an HCL2 template that uses the plugin. */
export const requiredPlugins = `
packer {
  required_plugins {
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}
`;

/** A source that writes `images/<name>.img`. */
export const fileSource = (name: string, content = name): string => `
source "file" "${name}" {
  content = "${content}"
  target  = "images/${name}.img"
}
`;

/** A template whose `file` sources all go through one `waybill` block with these options. */
export function fileTemplate(sources: readonly string[], options: string): string {
  const names = sources.map((source) => `"source.file.${source}"`).join(", ");
  return `${requiredPlugins}
${sources.map((source) => fileSource(source)).join("")}
build {
  sources = [${names}]

  post-processor "waybill" {
    ${options}
  }
}
`;
}

/**
 * Puts something that runs here in place of a part of an example.
 * @throws when the example no longer has that part
 */
export function instead(text: string, part: RegExp, other: string): string {
  if (!part.test(text)) throw new Error(`the example has no ${part}:\n${text}`);
  return text.replace(part, other);
}

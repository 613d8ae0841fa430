const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** How many bytes, as a person reads it: `512 bytes`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const unit = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}

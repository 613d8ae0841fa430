const machines = { amd64: 0x8664 };
const pe32Plus = 0x20b;

/**
 * What is wrong with a Windows executable of 64 bits, as far as its headers tell: sections that lie in the file and do
 * not overlap, and no signature, which would not hold for what was put in later.
 */
export function problemsOf(file: Buffer): string[] {
  const header = file.readUInt32LE(0x3c);
  if (file.toString("latin1", header, header + 4) !== "PE\0\0") return ["it is no PE file"];
  const optional = header + 24;
  const problems: string[] = [];
  if (file.readUInt16LE(header + 4) !== machines.amd64) problems.push("it is for another processor");
  if (file.readUInt16LE(optional) !== pe32Plus) problems.push("it is not PE32+");
  const directories = file.readUInt32LE(optional + 108);
  const signature = optional + 112 + 4 * 8;
  if (directories > 4 && file.readBigUInt64LE(signature) !== 0n)
    problems.push("it has a signature, which cannot hold");
  const first = optional + file.readUInt16LE(header + 20);
  let [address, end] = [0, 0];
  for (let index = 0; index < file.readUInt16LE(header + 6); index++) {
    const at = first + index * 40;
    const name = file.toString("latin1", at, at + 8).replace(/\0.*/, "");
    const [room = 0, start = 0, size = 0, offset = 0] = [8, 12, 16, 20].map((each) =>
      file.readUInt32LE(at + each),
    );
    if (start < address) problems.push(`${name} is loaded over what comes before`);
    if (size > 0 && offset < end) problems.push(`${name} overlaps what comes before`);
    if (offset + size > file.length) problems.push(`${name} goes beyond the end of the file`);
    address = start + room;
    end = Math.max(end, offset + size);
  }
  if (file.readUInt32LE(optional + 56) < address) problems.push("the image is larger than it says");
  return problems;
}

// Where things are in a Windows executable of 64 bits: "PE Format", in the documentation of Microsoft.
const headerOffset = 0x3c;
const optionalHeader = 24;
const securityDirectory = optionalHeader + 112 + 4 * 8;

/**
 * A Windows executable as it was before somebody signed it: a signature does not hold for what is put into it later,
 * and one that does not hold makes it look tampered with.
 *
 * @throws when the signature is not at the end, where it can be taken off
 */
export function withoutSignature(executable: Buffer): Buffer {
  const entry = executable.readUInt32LE(headerOffset) + securityDirectory;
  const [start, size] = [executable.readUInt32LE(entry), executable.readUInt32LE(entry + 4)];
  if (size === 0) return executable;
  if (start + size !== executable.length)
    throw new Error("the signature is not at the end of the executable");
  const unsigned = Buffer.from(executable.subarray(0, start));
  unsigned.fill(0, entry, entry + 8);
  return unsigned;
}

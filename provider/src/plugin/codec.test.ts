import { expect, test } from "vitest";
import { ReadDataSource_Request } from "../generated/terraform/tfplugin6.ts";

const valid = ReadDataSource_Request.encode(
  ReadDataSource_Request.fromPartial({ typeName: "a", config: { msgpack: Buffer.of(0xc0) } }),
).finish();

test("a message is read back, and fields of later protocols are passed over", () => {
  const later = Buffer.concat([valid, Buffer.of(0xa2, 0x06, 0x01, 0x61)]);
  expect(ReadDataSource_Request.decode(later)).toEqual(ReadDataSource_Request.decode(valid));
});

test.each<[string, number[]]>([
  ["field 0", [0x00, 0x01]],
  ["field 0 with a length", [0x02, 0x01, 0x61]],
  ["the end of a group that nobody began", [0x14]],
  ["a wire type that there is not", [0x0f]],
  ["a text that is cut off", [0x0a, 0x05, 0x61]],
  ["a length of almost 4 GiB", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ["a message whose field is longer than itself", [0x12, 0x02, 0x0a, 0x05, 0x61, 0x61, 0x61, 0x61, 0x61]],
  ["a message with field 0 in it", [0x12, 0x02, 0x00, 0x00]],
])("a message with %s is refused", (_what, more) => {
  expect(() => ReadDataSource_Request.decode(Buffer.concat([valid, Buffer.from(more)]))).toThrow();
});

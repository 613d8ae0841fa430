package plugintest

import "github.com/ugorji/go/codec"

// How Packer and its plugins send values to each other.
var wire = &codec.MsgpackHandle{WriteExt: true}

// FromWire gives the value that a plugin sees for these bytes, and whether they are one.
func FromWire(bytes []byte) (value any, ok bool) {
	return value, codec.NewDecoderBytes(bytes, wire).Decode(&value) == nil
}

// ToWire gives the bytes of a value.
func ToWire(value any) (bytes []byte) {
	if err := codec.NewEncoderBytes(&bytes, wire).Encode(value); err != nil {
		panic(err)
	}
	return bytes
}

// Asks zclconf/go-cty, in which Terraform keeps its values, what the provider's codec is tested against.
// It is a test tool: nothing of it is shipped.
module waybill.invalid/tools/cty-check

go 1.25.11

require github.com/zclconf/go-cty v1.18.0

require (
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.3.5 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/text v0.11.0 // indirect
)

// Asks hashicorp/go-version, which Terraform uses, what our constraints are tested against.
// It is a test tool: nothing of it is shipped.
module waybill.invalid/tools/go-version-check

go 1.25.11

require github.com/hashicorp/go-version v1.9.0

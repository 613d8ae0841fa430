package rollcall

import (
	"log"
	"os"
)

// Told is what `waybill run` is told of a build that is going to be published.
type Told struct {
	Record
	// BuilderType and SourceName are those of the source, which need not be what the build is called.
	BuilderType string `json:"builder_type"`
	SourceName  string `json:"source_name"`
	// Address is that of the registry, where the template names it.
	Address string `json:"address,omitempty"`
}

// Tell lets `waybill run` know of a build, where that started Packer: it follows the log and has to know whose it is.
// Nothing depends on it, so it never fails.
func Tell(told Told) {
	directory := os.Getenv("WAYBILL_RUN_DIR")
	if directory == "" {
		return
	}
	file := name("build", told.Artifact, told.Build+"\x00"+told.Values.Fingerprint)
	if err := (&RollCall{directory}).add(file, told, nil); err != nil {
		log.Printf("[WARN] waybill run cannot be told of %s: %v", told.Build, err)
	}
}

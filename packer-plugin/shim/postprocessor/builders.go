package postprocessor

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// The table of builders is shared with the TypeScript program; the shim uses only what it must ask, and whether there
// will be anything to ask for.
//
//go:embed builders.json
var buildersJSON []byte

type builder struct {
	// Sources are the types of sources that make such artifacts.
	Sources []string `json:"sources"`
	// State has the names of the values to ask for.
	State []string `json:"state"`
	// RegistryImageNeeds are texts without which the builder, when it has generated_data at all, answers the question
	// for its registry image by a crash of its process.
	RegistryImageNeeds []string `json:"registry_image_needs"`
	// Text tells to read what the artifact says of itself in words.
	Text bool `json:"text"`
	// MakesNothing is true of a source that runs steps and has nothing to show for it.
	MakesNothing bool `json:"makes_nothing"`
}

type builderTable struct {
	// GeneratedData are the keys of generated_data that may leave the process. Everything else stays: the same map
	// has private keys, passwords and addresses, and builders add to it freely.
	GeneratedData []string           `json:"generated_data"`
	Builders      map[string]builder `json:"builders"`
}

var builders = loadBuilders()

func loadBuilders() (table builderTable) {
	if err := json.Unmarshal(buildersJSON, &table); err != nil {
		panic(err) // the table is part of the program
	}
	return table
}

// tellsRegistryImage is whether it can be asked for without harm.
func (b builder) tellsRegistryImage(generated map[string]any) bool {
	return len(generated) == 0 || !slices.ContainsFunc(b.RegistryImageNeeds, func(key string) bool {
		_, isText := generated[key].(string)
		return !isText
	})
}

// checkMakesSomething finds, before anything is built, that there will be nothing to publish.
func checkMakesSomething(sourceType string, values map[string]any) error {
	for _, name := range []string{"images", "files", "artifact_type"} {
		if values[name] != nil {
			return nil
		}
	}
	for _, builder := range builders.Builders {
		if builder.MakesNothing && slices.Contains(builder.Sources, sourceType) {
			return fmt.Errorf("a source of type %q makes nothing that could be published: say what its steps make with the option "+
				"\"images\" or \"files\". Where artifice collects the files before this post-processor, or where it is enough to "+
				"record that the steps ran, set \"artifact_type\"", sourceType)
		}
	}
	return nil
}

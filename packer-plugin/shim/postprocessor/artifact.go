package postprocessor

import (
	_ "embed"
	"encoding/json"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// The table of builders is shared with the TypeScript program; the shim uses only the names of state values.
//
//go:embed builders.json
var buildersJSON []byte

// readArtifact asks Packer about what was built, each question one call to the builder's process. Of generated_data
// only the allowed keys become part of the facts; the whole of it and its secrets are for interpolation here.
func readArtifact(source packersdk.Artifact) (facts *pluginv1.Artifact, generated map[string]any, ofBuild []secrets.Secret, err error) {
	var builders map[string]struct {
		State []string `json:"state"`
	}
	if err := json.Unmarshal(buildersJSON, &builders); err != nil {
		return nil, nil, nil, err
	}
	facts = &pluginv1.Artifact{BuilderId: source.BuilderId(), Id: source.Id(), Files: source.Files()}
	generated, _ = configure.Plain(source.State("generated_data")).(map[string]any)
	if generated == nil {
		generated = map[string]any{}
	}
	ofBuild = secrets.OfBuild(generated)
	hidden := secrets.NewReplacer(ofBuild)
	state := map[string]any{}
	for _, key := range builders[facts.BuilderId].State {
		if value := source.State(key); value != nil {
			state[key] = value
		}
	}
	for _, part := range []struct {
		to   *string
		from any
	}{
		{&facts.State, state},
		{&facts.GeneratedData, secrets.Allow(generated)},
		// Last, because some builders answer this one with a crash, and can tell nothing afterwards.
		{&facts.RegistryImage, source.State(registryimage.ArtifactStateURI)},
	} {
		encoded, err := json.Marshal(hidden.Value(configure.Plain(part.from)))
		if err != nil {
			return nil, nil, nil, err
		}
		*part.to = string(encoded)
	}
	return facts, generated, ofBuild, nil
}

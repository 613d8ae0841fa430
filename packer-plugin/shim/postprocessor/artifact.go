package postprocessor

import (
	"encoding/json"
	"strings"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// readArtifact asks Packer about what was built, each question one call to the builder's process. Of generated_data
// only the allowed keys become part of the facts; the whole of it and its secrets are for interpolation here.
func readArtifact(source packersdk.Artifact) (facts *pluginv1.Artifact, generated map[string]any, ofBuild []secrets.Secret, err error) {
	facts = &pluginv1.Artifact{BuilderId: sendable(source.BuilderId()), Id: sendable(source.Id())}
	for _, file := range source.Files() {
		facts.Files = append(facts.Files, sendable(file))
	}
	generated, _ = configure.Plain(source.State("generated_data")).(map[string]any)
	if generated == nil {
		generated = map[string]any{}
	}
	ofBuild = secrets.OfBuild(generated)
	hidden := secrets.NewReplacer(ofBuild)
	row := builders.Builders[facts.BuilderId]
	if row.Text {
		facts.Text = sendable(hidden.Text(source.String()))
	}
	state := map[string]any{}
	for _, key := range row.State {
		if value := source.State(key); value != nil {
			state[key] = value
		}
	}
	// Last, because an error of the builder here is a crash, after which it can tell nothing more.
	var registryImage any
	if row.tellsRegistryImage(generated) {
		registryImage = source.State(registryimage.ArtifactStateURI)
	}
	for _, part := range []struct {
		to   *string
		from any
	}{
		{&facts.State, state},
		{&facts.GeneratedData, secrets.Allow(generated, builders.GeneratedData)},
		{&facts.RegistryImage, registryImage},
	} {
		encoded, err := json.Marshal(hidden.Value(configure.Plain(part.from)))
		if err != nil {
			return nil, nil, nil, err
		}
		*part.to = string(encoded)
	}
	return facts, generated, ofBuild, nil
}

// sendable marks what is no UTF-8, as names of files can be: one of them must not cost the whole record.
func sendable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

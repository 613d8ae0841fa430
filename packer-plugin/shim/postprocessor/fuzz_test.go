package postprocessor

import (
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
)

// invented is an artifact of which every answer is.
type invented struct {
	builder, id, text, file string
	state                   any
}

func (i *invented) BuilderId() string { return i.builder }
func (i *invented) Id() string        { return i.id }
func (i *invented) String() string    { return i.text }
func (i *invented) Files() []string   { return []string{i.file} }
func (i *invented) Destroy() error    { return nil }
func (i *invented) State(name string) any {
	if values, ok := i.state.(map[any]any); ok {
		return values[name]
	}
	return i.state
}

const plantedPassword = "planted-password"

func FuzzReadArtifact(f *testing.F) {
	image := map[any]any{"ImageID": "ami-1", "ProviderName": "aws", "Labels": map[any]any{"a": []byte("b")}}
	for builder := range builders.Builders {
		f.Add(builder, "us-east-1:ami-1", "ManagedImageId: /x\n", "output/web.img", plugintest.ToWire(map[string]any{
			"generated_data":        map[string]any{"SourceAMI": "ami-0", "Password": plantedPassword, "ID": uint64(7)},
			"par.artifact.metadata": []any{image, nil}, "docker_tags": []string{"a", plantedPassword}, "ImageSizeGb": int64(10),
		}))
	}
	f.Add("hashicorp.post-processor.vagrant-registry", "\x80", "\xff: \xfe", "caf\xe9.img", plugintest.ToWire(nil))
	f.Fuzz(func(t *testing.T, builder, id, text, file string, state []byte) {
		value, _ := plugintest.FromWire(state)
		facts, generated, _, err := readArtifact(&invented{builder, id, text, file, value})
		if err != nil {
			t.Fatalf("%#v cannot be read: %v", value, err)
		}
		if _, err := proto.Marshal(facts); err != nil {
			t.Fatalf("%v cannot be sent: %v", facts, err)
		}
		for _, part := range []string{facts.State, facts.GeneratedData, facts.RegistryImage} {
			if !json.Valid([]byte(part)) {
				t.Errorf("%q is no JSON", part)
			}
			if generated["Password"] == plantedPassword && strings.Contains(part, plantedPassword) {
				t.Errorf("a secret is left in %s", part)
			}
		}
	})
}

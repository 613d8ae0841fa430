package postprocessor_test

import (
	"strings"
	"testing"

	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"

	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
	"github.com/waybill/waybill/packer-plugin/shim/postprocessor"
)

func configureSource(t *testing.T, sourceType string, more map[any]any) error {
	t.Helper()
	plugintest.UseNode(t)
	options := map[any]any{"artifact": "hashicorp/web"}
	for name, value := range more {
		options[name] = value
	}
	raws := arguments(options)
	raws[1].(map[any]any)["packer_builder_type"] = sourceType
	return new(postprocessor.PostProcessor).Configure(raws...)
}

func TestASourceThatMakesNothingIsFoundBeforeItRuns(t *testing.T) {
	err := configureSource(t, "null", nil)
	for _, part := range []string{`"null"`, `"images"`, `"files"`, `"artifact_type"`, "artifice"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %s", err, part)
		}
	}
	for name, value := range map[string]any{
		"images": []any{map[any]any{"platform": "aws", "external_id": "ami-1"}}, "files": []any{"web.img"}, "artifact_type": "qemu.image",
	} {
		if err := configureSource(t, "null", map[any]any{name: value}); err != nil {
			t.Errorf("with %s: %v", name, err)
		}
	}
	for _, sourceType := range []string{"amazon-ebs", "somebody-else", ""} {
		if err := configureSource(t, sourceType, nil); err != nil {
			t.Errorf("%q: %v", sourceType, err)
		}
	}
}

// unsure is an artifact whose builder takes what it does not know for a text, as the real ones do.
type unsure struct {
	artifact
	builder   string
	generated map[any]any
}

func (u unsure) BuilderId() string { return u.builder }
func (u unsure) State(name string) any {
	switch name {
	case "generated_data":
		return u.generated
	case registryimage.ArtifactStateURI:
		for _, key := range []any{"SourceAMI", "SourceImageSha256"} {
			_ = u.generated[key].(string)
		}
	}
	return nil
}

func TestABuilderThatWouldCrashIsNotAskedForItsRegistryImage(t *testing.T) {
	for builder, generated := range map[string]map[any]any{
		"mitchellh.amazon.chroot":             {"ID": "i-1"},
		"packer.post-processor.docker-import": {"Digest": "web@sha256:d1"},
	} {
		plugintest.UseNode(t)
		server := startRegistry(t)
		t.Setenv("WAYBILL_ADDRESS", server.URL)
		text, err := post(t, configured(t, nil), &unsure{builder: builder, generated: generated})
		if err != nil || strings.Contains(text, "NOT PUBLISHED") || !strings.Contains(server.requests(), `"external_id"`) {
			t.Errorf("%s: %v\n%s", builder, err, text)
		}
	}
}

package configure_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

func jsonTemplate(options map[any]any) []any {
	return []any{
		options,
		map[any]any{
			"packer_build_name": "web", "packer_builder_type": "file", "packer_core_version": "1.16.0",
			"packer_user_variables":      map[any]any{"sha": "abc", "password": "hunter2-hunter2"},
			"packer_sensitive_variables": []any{"password"},
		},
		map[any]any{"PackerRunUUID": "Build_PackerRunUUID. x", "ID": "Build_ID. To set this dynamically in the Packer template, you must use the `build` function"},
	}
}

func read(t *testing.T, raws []any) *configure.Input {
	t.Helper()
	input, err := configure.Read(raws)
	if err != nil {
		t.Fatal(err)
	}
	return input
}

func check(t *testing.T, input *configure.Input, generated map[string]any) map[string]any {
	t.Helper()
	values, err := input.Options(options.PostProcessor, generated, secrets.NewReplacer(input.Sensitive))
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestJSONTemplatesAreInterpolatedBeforeAndAfterTheBuild(t *testing.T) {
	input := read(t, jsonTemplate(map[any]any{
		"artifact": "hashicorp/{{build_name}}", "fingerprint": []byte("{{user `sha`}}"),
		"metadata": map[any]any{"id": "{{build `ID`}}", "type": "{{build_type}}"},
	}))
	before := check(t, input, nil)
	if before["artifact"] != "hashicorp/web" || before["fingerprint"] != "abc" || input.PackerVersion != "1.16.0" {
		t.Errorf("before: %v", before)
	}
	if id := before["metadata"].(map[string]string)["id"]; !configure.IsUnknown(id) {
		t.Errorf("before the build its id counts as known: %q", id)
	}
	after := check(t, input, map[string]any{"ID": "ami-1"})["metadata"].(map[string]string)
	if after["id"] != "ami-1" || after["type"] != "file" {
		t.Errorf("after: %v", after)
	}
}

func TestAVariableThatTheBuilderDoesNotSetStaysUnknown(t *testing.T) {
	input := read(t, jsonTemplate(map[any]any{"artifact": "h/w", "metadata": map[any]any{"id": "{{build `ID`}}"}}))
	if id := check(t, input, map[string]any{})["metadata"].(map[string]string)["id"]; !configure.IsUnknown(id) {
		t.Errorf("got %q", id)
	}
}

func TestAValueThatLooksLikeATemplateIsNotRun(t *testing.T) {
	input := read(t, jsonTemplate(map[any]any{"artifact": "h/w", "metadata": map[any]any{"id": "{{build `ID`}}"}}))
	got := check(t, input, map[string]any{"ID": "{{user `password`}}"})["metadata"].(map[string]string)["id"]
	if got != "{{user `password`}}" {
		t.Errorf("got %q", got)
	}
}

func TestSensitiveVariablesDoNotGetThrough(t *testing.T) {
	token := "wbl_" + strings.Repeat("s", 43)
	template := jsonTemplate(map[any]any{
		"artifact": "h/w", "metadata": map[any]any{"leak": "x-{{user `password`}}"}, "token": "{{user `password`}}",
	})
	template[1].(map[any]any)["packer_user_variables"] = map[any]any{"password": token}
	input := read(t, template)
	values := check(t, input, nil)
	if leak := values["metadata"].(map[string]string)["leak"]; leak != "x-"+secrets.Replacement {
		t.Errorf("got %q", leak)
	}
	if values["token"] != token {
		t.Error("the token is a setting and must reach the client")
	}
}

func TestATokenIsASettingAndNothingElse(t *testing.T) {
	option, environment := "wbl_"+strings.Repeat("o", 43), "wbl_"+strings.Repeat("e", 43)
	t.Setenv("WAYBILL_TOKEN", environment)
	values := check(t, read(t, jsonTemplate(map[any]any{
		"artifact": "h/w", "token": option, "metadata": map[any]any{"a": option, "b": "my " + environment},
	})), nil)
	metadata := values["metadata"].(map[string]string)
	if values["token"] != option || metadata["a"] != secrets.Replacement || metadata["b"] != "my "+secrets.Replacement {
		t.Errorf("got %v", values)
	}
}

func TestSensitiveVariablesOfHCLAreKnownFromTheEnvironment(t *testing.T) {
	t.Setenv("PKR_VAR_password", "hunter2-hunter2")
	value := cty.ObjectVal(map[string]cty.Value{
		"artifact": cty.StringVal("h/w"), "semver": cty.NullVal(cty.String), "latest": cty.BoolVal(false),
		"metadata": cty.MapVal(map[string]cty.Value{"leak": cty.StringVal("hunter2-hunter2")}),
		"images": cty.ListVal([]cty.Value{cty.MapVal(map[string]cty.Value{
			"platform": cty.StringVal("aws"), "external_id": cty.StringVal("ami-1"), "region": cty.NullVal(cty.String),
		})}),
	})
	input := read(t, []any{map[any]any{
		"packer_build_name": "a", "packer_builder_type": "file", "packer_sensitive_variables": []any{"password"},
	}, value})
	values := check(t, input, nil)
	if leak := values["metadata"].(map[string]string)["leak"]; leak != secrets.Replacement {
		t.Errorf("got %q", leak)
	}
	if _, ok := values["semver"]; ok || values["latest"] != false || len(values["images"].([]map[string]string)) != 1 {
		t.Errorf("got %v", values)
	}
}

func TestAnUnusableTemplateIsAnErrorThatNamesTheOption(t *testing.T) {
	input := read(t, jsonTemplate(map[any]any{"artifact": "h/w", "semver": "{{nosuch}}"}))
	_, err := input.Options(options.PostProcessor, nil, secrets.NewReplacer(nil))
	if err == nil || !strings.Contains(err.Error(), "semver") {
		t.Errorf("got %v", err)
	}
}

package configure_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

func FuzzPlain(f *testing.F) {
	for _, value := range []any{
		map[any]any{"key": []any{[]byte("bytes"), int64(-5), uint64(5), 1.5, nil, map[any]any{7: "seven", true: "yes"}}}, []string{"a"}, "text", math.NaN(), math.Inf(-1),
	} {
		f.Add(plugintest.ToWire(value))
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		value, ok := plugintest.FromWire(bytes)
		if !ok {
			return
		}
		if _, err := json.Marshal(configure.Plain(value)); err != nil {
			t.Errorf("%#v is no JSON: %v", value, err)
		}
	})
}

func FuzzOptions(f *testing.F) {
	for _, text := range []string{
		`{"artifact":"hashicorp/{{build_name}}","metadata":{"id":"{{build ` + "`ID`" + `}}"},"latest":"true","files":"a,b"}`,
		`{"artifact":"web","images":[{"platform":"aws","external_id":"ami-1"}],"expected_builds":["a","a"],"upload":1}`,
		`{"artifact":"x/y","semver":"{{user ` + "`password`" + `}}","labels":{"a":null},"documents":[],"channels":["production"]}`,
		`{"artifact":"x/y","artifact_type":"amazon.ami","atlas_url":"https://example.com","metadata":[{"a":"b"}]}`,
	} {
		f.Add(text, true, false)
		f.Add(text, false, true)
	}
	f.Fuzz(func(t *testing.T, text string, after, hcl bool) {
		var given map[any]any
		if value, ok := plugintest.FromWire(asWire(text)); ok {
			given, _ = value.(map[any]any)
		}
		if given == nil || strings.Contains(text, "{{") && !strings.Contains(text, "{{build") && !strings.Contains(text, "{{user") {
			return // other functions of templates ask vaults and clocks
		}
		raws := jsonTemplate(given)
		if hcl {
			raws = []any{map[any]any{"packer_build_name": "a", "packer_builder_type": "file"}, asHCL(text)}
		}
		input, err := configure.Read(raws)
		if err != nil {
			return
		}
		var generated map[string]any
		if after {
			generated = map[string]any{"ID": "i-1", "Password": "hunter2-hunter2"}
		}
		_, _ = input.Options(options.DataSource, nil, secrets.NewReplacer(nil))
		values, err := input.Options(options.PostProcessor, generated, secrets.NewReplacer(input.Sensitive))
		if err != nil {
			if strings.Contains(err.Error(), "hunter2-hunter2") && !strings.Contains(text, "hunter2-hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
			return
		}
		for name, value := range values {
			if _, isSetting := options.Settings[name]; isSetting {
				continue
			}
			if encoded, err := json.Marshal(value); err != nil || !hcl && strings.Contains(string(encoded), "hunter2-hunter2") {
				t.Errorf("option %q is %s: %v", name, encoded, err)
			}
		}
	})
}

// asWire is a template as Packer sends it; nothing for what is no template.
func asWire(text string) []byte {
	var value map[string]any
	if json.Unmarshal([]byte(text), &value) != nil {
		return nil
	}
	return plugintest.ToWire(value)
}

// asHCL is a template as HCL2 reads it.
func asHCL(text string) cty.Value {
	shape, err := ctyjson.ImpliedType([]byte(text))
	if err != nil {
		return cty.NilVal
	}
	value, err := ctyjson.Unmarshal([]byte(text), shape)
	if err != nil {
		return cty.NilVal
	}
	return value
}

// Package configure turns what Packer hands to Configure into checked options, for HCL2 and JSON templates.
package configure

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/packer-plugin-sdk/packerbuilderdata"
	"github.com/hashicorp/packer-plugin-sdk/template/config"
	"github.com/hashicorp/packer-plugin-sdk/template/interpolate"

	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// Input is one configuration as Packer sent it, before interpolation.
type Input struct {
	BuildName, BuilderType, PackerVersion string
	// Sensitive are the token and the values of sensitive variables, as far as Packer tells them.
	Sensitive []secrets.Secret
	// Former has a sentence for each option that Options found in its old spelling.
	Former []string

	raw     map[string]any
	context *interpolate.Context
}

// Read takes apart the arguments of Configure: HCL2 sends (variables of the builder, value), JSON templates send
// (options, variables of Packer, placeholders), data sources get (value).
func Read(raws []any) (*Input, error) {
	placeholders, raws := config.DetectContextData(slices.Clone(raws)...)
	plain := make([]any, len(raws))
	for i, raw := range raws {
		plain[i] = plainMap(raw)
	}
	context, err := config.DetectContext(plain...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration that Packer sent: %w", err)
	}
	if placeholders != nil {
		context.Data = placeholders
	}
	input := &Input{raw: map[string]any{}, context: context}
	for _, raw := range plain {
		entries := raw.(map[string]any)
		if _, ok := entries["packer_build_name"]; !ok {
			input.raw = entries
			continue
		}
		input.BuildName, _ = entries["packer_build_name"].(string)
		input.BuilderType, _ = entries["packer_builder_type"].(string)
		input.PackerVersion, _ = entries["packer_core_version"].(string)
		input.Sensitive = sensitive(entries)
	}
	token, _ := input.raw["token"].(string)
	for _, token := range []string{token, os.Getenv("WAYBILL_TOKEN"), os.Getenv("WAYBILL_OIDC_TOKEN")} {
		if token != "" {
			input.Sensitive = append(input.Sensitive, secrets.Secret{Name: "the token", Value: token})
		}
	}
	return input, nil
}

// sensitive finds the values of the variables that the template marks as sensitive. JSON templates tell all of them;
// of HCL2 templates Packer tells the names, so that only values from the environment can be known.
func sensitive(packer map[string]any) []secrets.Secret {
	names, _ := packer["packer_sensitive_variables"].([]any)
	values, _ := packer["packer_user_variables"].(map[string]any)
	var found []secrets.Secret
	for _, name := range names {
		key := fmt.Sprint(name)
		value, ok := values[key].(string)
		if !ok {
			value = os.Getenv("PKR_VAR_" + key)
		}
		if value != "" {
			found = append(found, secrets.Secret{Name: "sensitive variable " + key, Value: value})
		}
	}
	return found
}

// Options interpolates, replaces secrets and checks against the table. Before the build generated is nil: variables
// of the build are then not known, see IsUnknown. Interpolation always starts from what the template says, so that
// a value which looks like a template is never run.
func (in *Input) Options(table options.Table, generated map[string]any, hidden *secrets.Replacer) (map[string]any, error) {
	context := *in.context
	if generated != nil {
		context.Data = in.buildVariables(generated)
	}
	rendered, err := interpolate.RenderMap(Plain(in.raw), &context, nil)
	if err != nil {
		return nil, err
	}
	if in.Former, err = table.Modernize(rendered); err != nil {
		return nil, err
	}
	for name, value := range rendered {
		// The settings go to the client of the registry and nowhere else.
		if _, isSetting := options.Settings[name]; !isSetting {
			rendered[name] = hidden.Value(value)
		}
	}
	return table.Check(rendered, IsUnknown)
}

// Artifact is the artifact that options name, with its namespace; without one as long as it is not known.
func Artifact(options map[string]any) (string, error) {
	artifact, _ := options["artifact"].(string)
	if strings.Contains(artifact, "/") || IsUnknown(artifact) {
		return artifact, nil
	}
	namespace, _ := options["namespace"].(string)
	if namespace == "" {
		namespace = os.Getenv("WAYBILL_NAMESPACE")
	}
	if namespace == "" {
		return "", fmt.Errorf("option \"artifact\" is %q and has no namespace; write namespace/%s, or set namespace (WAYBILL_NAMESPACE)",
			artifact, artifact)
	}
	return namespace + "/" + artifact, nil
}

// buildVariables are those of the build, and a mark for those that JSON templates may name but this builder did not set:
// one of them must not cost the whole record.
func (in *Input) buildVariables(generated map[string]any) map[string]any {
	variables := map[string]any{}
	if placeholders, ok := in.context.Data.(map[any]any); ok {
		for key := range placeholders {
			variables[fmt.Sprint(key)] = unknown
		}
	}
	maps.Copy(variables, generated)
	return variables
}

// What HCL2 writes for a value that is not known.
const unknown = "<unknown>"

// IsUnknown tells whether a text has a part that is not known yet: what HCL2 writes for it, and what JSON templates
// hold between their two rounds of interpolation.
func IsUnknown(text string) bool {
	return strings.Contains(text, unknown) || strings.Contains(text, "{{.") ||
		strings.Contains(text, packerbuilderdata.PlaceholderMsg)
}

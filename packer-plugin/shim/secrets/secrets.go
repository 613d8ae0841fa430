// Package secrets keeps what Packer knows about a build's machine from leaving the shim.
package secrets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Where users put these into a template (`${build.Password}`), their values are replaced.
var secretKeys = []string{"Host", "Password", "SSHPrivateKey", "SSHPrivateKeyFile", "WinRMPassword"}

const (
	// Replacement stands where a secret was.
	Replacement = "(sensitive)"
	// A shorter secret is replaced only where it is the whole text: "a" is in every word.
	shortest = 4
)

// Allow copies the part of generated_data that may leave the process.
func Allow(generated map[string]any, allowed []string) map[string]any {
	kept := map[string]any{}
	for _, key := range allowed {
		if value, ok := generated[key]; ok {
			kept[key] = value
		}
	}
	return kept
}

// Secret is a value that must not leave the process, and the name by which users know it.
type Secret struct{ Name, Value string }

// OfBuild lists the secrets in generated_data.
func OfBuild(generated map[string]any) []Secret {
	var found []Secret
	for _, key := range secretKeys {
		if value, ok := generated[key].(string); ok && strings.TrimSpace(value) != "" {
			found = append(found, Secret{"build." + key, strings.TrimSpace(value)})
		}
	}
	return found
}

// Replacer replaces secrets in texts and remembers which ones it met.
type Replacer struct {
	secrets []Secret
	met     map[string]bool
}

// NewReplacer makes a Replacer. Longer secrets go first, so that one inside another leaves nothing behind.
func NewReplacer(secrets []Secret) *Replacer {
	secrets = slices.Clone(secrets)
	slices.SortStableFunc(secrets, func(a, b Secret) int { return len(b.Value) - len(a.Value) })
	return &Replacer{secrets: secrets, met: map[string]bool{}}
}

// Text replaces every secret in a text.
func (r *Replacer) Text(text string) string {
	for _, secret := range r.secrets {
		switch {
		case secret.Value == "":
		case text == secret.Value:
			text = Replacement
			r.met[secret.Name] = true
		case len(secret.Value) >= shortest && strings.Contains(text, secret.Value):
			text = strings.ReplaceAll(text, secret.Value, Replacement)
			r.met[secret.Name] = true
		}
	}
	return text
}

// Value replaces secrets in all texts of a JSON-like value, keys of maps included, and returns a copy.
func (r *Replacer) Value(value any) any {
	switch value := value.(type) {
	case string:
		return r.Text(value)
	case []any:
		copied := make([]any, len(value))
		for i, item := range value {
			copied[i] = r.Value(item)
		}
		return copied
	case map[string]any:
		copied := make(map[string]any, len(value))
		for key, item := range value {
			copied[r.Text(key)] = r.Value(item)
		}
		return copied
	}
	return value
}

// Met names the secrets that were replaced so far.
func (r *Replacer) Met() []string {
	return slices.Sorted(maps.Keys(r.met))
}

// Warning tells the user what was replaced; empty when nothing was.
func (r *Replacer) Warning() string {
	if len(r.met) == 0 {
		return ""
	}
	return fmt.Sprintf("%s turned up in the options and was not recorded; it stands there as %s. "+
		"Take it out of the template: what is published can be read by everyone who reads artifacts.",
		strings.Join(r.Met(), ", "), Replacement)
}

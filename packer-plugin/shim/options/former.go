package options

import "fmt"

// Modernize gives values that are spelled as Atlas's post-processor had them their present names.
//
// It returns one sentence for each old spelling, and an error when the present one is given too.
func (t Table) Modernize(values map[string]any) (said []string, err error) {
	for _, name := range sortedKeys(t) {
		option := t[name]
		given, ok := values[name]
		if !ok || given == "" {
			continue
		}
		if option.Now != "" {
			if present := values[option.Now]; present != nil && present != "" {
				return nil, fmt.Errorf("option %q is the old spelling of %q, and both are given; leave the old one out", name, option.Now)
			}
			values[option.Now] = given
			delete(values, name)
			said = append(said, fmt.Sprintf("option %q is now called %q", name, option.Now))
		}
		if text, ok := given.(string); ok && option.FormerValues[text] != "" {
			values[name] = option.FormerValues[text]
			said = append(said, fmt.Sprintf("%s %q is now called %q", name, text, option.FormerValues[text]))
		}
	}
	return said, nil
}

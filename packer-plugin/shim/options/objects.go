package options

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

func (o Option) checkObjects(objects []map[string]string, isUnknown func(string) bool) error {
	if len(objects) > o.Max {
		return fmt.Errorf("has %d entries, but at most %d are possible", len(objects), o.Max)
	}
	for i, object := range objects {
		if err := o.checkObject(object, isUnknown); err != nil {
			return fmt.Errorf("has an entry (number %d) that %w; it must be %s", i+1, err, o.Accepts)
		}
		if slices.ContainsFunc(objects[:i], func(other map[string]string) bool { return o.same(object, other) }) {
			return fmt.Errorf("has one entry twice (number %d again)", i+1)
		}
	}
	return nil
}

func (o Option) checkObject(object map[string]string, isUnknown func(string) bool) error {
	var alternatives, given []string
	for _, name := range sortedKeys(object) {
		field, ok := o.Fields[name]
		if !ok {
			return fmt.Errorf("has the field %q; there are %s", name, strings.Join(sortedKeys(o.Fields), ", "))
		}
		value := object[name]
		if value != "" && !isUnknown(value) && (!field.fits(value) || strings.ContainsFunc(value, unicode.IsControl)) {
			accepted := field.Accepts
			if accepted == "" {
				accepted = fmt.Sprintf("at most %d printable characters", field.MaxChars)
			}
			return fmt.Errorf("has %s in %s, which cannot be used (accepted: %s)", shorten(value), name, accepted)
		}
	}
	for _, name := range sortedKeys(o.Fields) {
		field, value := o.Fields[name], object[name]
		if field.Required && value == "" {
			return fmt.Errorf("has no %s", name)
		}
		if field.OneOf {
			alternatives = append(alternatives, name)
			if value != "" {
				given = append(given, name)
			}
		}
	}
	if len(alternatives) > 0 && len(given) != 1 {
		return fmt.Errorf("has %d of %s, and needs exactly one", len(given), strings.Join(alternatives, " and "))
	}
	return nil
}

func (o Option) same(a, b map[string]string) bool {
	for name, field := range o.Fields {
		if field.Key && a[name] != b[name] {
			return false
		}
	}
	return true
}

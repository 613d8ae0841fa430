package options

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/packer-plugin-sdk/didyoumean"
)

const (
	maxEntries    = 256
	maxKeyChars   = 128
	maxValueChars = 4096
)

// Check compares values with the table and names everything that is wrong with them. Values that are not known
// yet (isUnknown) pass, unless they are signed. Strings of JSON templates are read as the option's type.
//
// It returns the values in the types of the table. An empty text counts as not given.
func (t Table) Check(values map[string]any, isUnknown func(string) bool) (map[string]any, error) {
	checked := map[string]any{}
	var problems []error
	for _, name := range sortedKeys(values) {
		option, ok := t[name]
		if !ok {
			problems = append(problems, t.unknownOption(name))
			continue
		}
		if values[name] == "" {
			continue // as a variable that nobody set
		}
		value, err := option.convert(values[name])
		if err == nil {
			err = option.check(value, isUnknown)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("option %q %w", name, err))
			continue
		}
		checked[name] = value
	}
	for _, name := range sortedKeys(t) {
		option := t[name]
		if option.Required && (values[name] == nil || values[name] == "") {
			problems = append(problems, fmt.Errorf("option %q is required: %s", name, option.Accepts))
		}
		// The TypeScript program reads these itself; a wrong one is better found now.
		if env := os.Getenv(option.Env); option.Env != "" && env != "" && checked[name] == nil {
			if err := option.checkText(env, isUnknown); err != nil {
				problems = append(problems, fmt.Errorf("environment variable %s %w", option.Env, err))
			}
		}
	}
	problems = append(problems, checkCAFile(checked, isUnknown), t.checkTogether(checked))
	return checked, errors.Join(problems...)
}

func (t Table) unknownOption(name string) error {
	known := slices.DeleteFunc(sortedKeys(t), func(name string) bool { return t[name].Now != "" })
	if close := didyoumean.NameSuggestion(name, known); close != "" {
		return fmt.Errorf("option %q is not known; did you mean %q?", name, close)
	}
	return fmt.Errorf("option %q is not known; there are: %s", name, strings.Join(known, ", "))
}

func (t Table) checkTogether(values map[string]any) error {
	var selectors []string
	for _, name := range sortedKeys(values) {
		if t[name].Selector {
			selectors = append(selectors, name)
		}
	}
	if len(selectors) > 1 {
		return fmt.Errorf("only one of %s can be given", strings.Join(selectors, ", "))
	}
	return nil
}

// convert reads a value in the option's type. HCL brings the right types; JSON templates can bring texts for all
// of them, because user variables are always texts.
func (o Option) convert(value any) (any, error) {
	wrong := fmt.Errorf("must be %s", o.Accepts)
	switch o.Type {
	case "string":
		return text(value, wrong)
	case "bool":
		switch value {
		case true, "true":
			return true, nil
		case false, "false":
			return false, nil
		}
		return nil, wrong
	case "list":
		if joined, ok := value.(string); ok {
			return strings.Split(joined, ","), nil
		}
		return each(value, wrong, text)
	case "map":
		return texts(value, wrong)
	default:
		return each(value, wrong, texts)
	}
}

func text(value any, wrong error) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case bool, float64, int64, uint64:
		return fmt.Sprint(value), nil
	}
	return "", wrong
}

func texts(value any, wrong error) (map[string]string, error) {
	entries, ok := value.(map[string]any)
	if !ok {
		return nil, wrong
	}
	converted := make(map[string]string, len(entries))
	for key, entry := range entries {
		if entry == nil {
			continue // an attribute that HCL's conversion filled in
		}
		var err error
		if converted[key], err = text(entry, wrong); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func each[T any](value any, wrong error, convert func(any, error) (T, error)) ([]T, error) {
	items, ok := value.([]any)
	if !ok {
		return nil, wrong
	}
	converted := make([]T, len(items))
	for i, item := range items {
		var err error
		if converted[i], err = convert(item, wrong); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func (o Option) check(value any, isUnknown func(string) bool) error {
	switch value := value.(type) {
	case string:
		return o.checkText(value, isUnknown)
	case []string:
		if len(value) > o.Max || len(value) < o.Min {
			return fmt.Errorf("has %d entries, but must be %s", len(value), o.Accepts)
		}
		for i, item := range value {
			if err := o.checkText(item, isUnknown); err != nil {
				return err
			}
			if o.Distinct && slices.Contains(value[:i], item) {
				return fmt.Errorf("has %q twice", item)
			}
			if o.NamePattern.isGiven() && slices.ContainsFunc(value[:i], func(other string) bool { return sameName(item, other) }) {
				return fmt.Errorf("has two files of one name, as %q; rename one of them", item)
			}
		}
	case map[string]string:
		return o.checkMap(value)
	case []map[string]string:
		return o.checkObjects(value, isUnknown)
	}
	return nil
}

func (o Option) checkText(value string, isUnknown func(string) bool) error {
	if isUnknown(value) {
		if !o.Signed {
			return nil
		}
		return errors.New("must be known before anything is built, and is not. Either it uses a variable of the build " +
			"(build.ID and the like; only build.name is known), or a data source that `packer validate` did not read: " +
			"then validate with -evaluate-datasources")
	}
	if why, ok := o.Reserved[value]; ok {
		return fmt.Errorf("cannot be %q: %s", value, why)
	}
	notListed := len(o.Enum) > 0 && !slices.Contains(o.Enum, value)
	name, isName := nameOf(value)
	isMisnamed := isName && !o.NamePattern.fits(name)
	if notListed || isMisnamed || !o.fits(value) || !o.fitsDuration(value) {
		if o.Secret {
			return fmt.Errorf("must be %s", o.Accepts)
		}
		return fmt.Errorf("is %s, but must be %s", shorten(value), o.Accepts)
	}
	return nil
}

func (o Option) fitsDuration(value string) bool {
	if o.MaxDuration == "" {
		return true
	}
	longest, _ := time.ParseDuration(o.MaxDuration)
	given, err := time.ParseDuration(value)
	return err == nil && given >= time.Millisecond && given <= longest
}

// nameOf is the last part of a path; there is none for a glob, or for what is not known yet.
func nameOf(path string) (string, bool) {
	return path[strings.LastIndexAny(path, `/\`)+1:], !strings.ContainsAny(path, "*?[]{}<>")
}

// sameName tells whether two paths lead to different files of one name.
func sameName(a, b string) bool {
	nameOfA, isName := nameOf(a)
	nameOfB, isNameToo := nameOf(b)
	return a != b && isName && isNameToo && nameOfA == nameOfB
}

func (t Text) fits(value string) bool {
	tooLong := t.MaxBytes > 0 && len(value) > t.MaxBytes || t.MaxChars > 0 && utf8.RuneCountInString(value) > t.MaxChars
	return !tooLong && t.Pattern.fits(value)
}

func (o Option) checkMap(entries map[string]string) error {
	if len(entries) > maxEntries {
		return fmt.Errorf("has %d entries, but must be %s", len(entries), o.Accepts)
	}
	for key, value := range entries {
		if key == "" || utf8.RuneCountInString(key) > maxKeyChars || utf8.RuneCountInString(value) > maxValueChars {
			return fmt.Errorf("has an entry %s that is too long or has no key; it must be %s", shorten(key), o.Accepts)
		}
	}
	return nil
}

func shorten(value string) string {
	if runes := []rune(value); len(runes) > 80 {
		value = string(runes[:80]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

func sortedKeys[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }

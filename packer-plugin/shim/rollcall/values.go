package rollcall

import (
	"fmt"
	"slices"
)

func compare(first, second Record) error {
	a, b := first.Values, second.Values
	switch {
	case a.Fingerprint != b.Fingerprint:
		return differ("fingerprint", first, second, a.Fingerprint, b.Fingerprint)
	case a.Semver != "" && b.Semver != "" && a.Semver != b.Semver:
		return differ("semver", first, second, a.Semver, b.Semver)
	case a.Description != "" && b.Description != "" && a.Description != b.Description:
		return differ("description", first, second, a.Description, b.Description)
	case a.Latest != nil && b.Latest != nil && *a.Latest != *b.Latest:
		return differ("latest", first, second, *a.Latest, *b.Latest)
	case len(a.Channels) > 0 && len(b.Channels) > 0 && !slices.Equal(a.Channels, b.Channels):
		return differ("channels", first, second, a.Channels, b.Channels)
	}
	return nil
}

func differ[V any](option string, first, second Record, a, b V) error {
	return fmt.Errorf("two post-processors of this run publish one version of %s, but with different values of %q: "+
		"%#v (build %s) and %#v (build %s). It belongs to the version as a whole: give both the same, or publish to two artifacts",
		first.Artifact, option, a, first.Build, b, second.Build)
}

func duplicate(record Record) error {
	return fmt.Errorf("another post-processor of this run already publishes build %q of %s. "+
		"Give one of them a name of its own, for example build = \"${build.name}.%s\"",
		record.Build, record.Artifact, record.Build)
}

// with fills in what v does not give.
func (v Values) with(other Values) Values {
	if v.Fingerprint == "" {
		v.Fingerprint = other.Fingerprint
	}
	if v.Semver == "" {
		v.Semver = other.Semver
	}
	if v.Description == "" {
		v.Description = other.Description
	}
	if v.Latest == nil {
		v.Latest = other.Latest
	}
	if len(v.Channels) == 0 {
		v.Channels = other.Channels
	}
	return v
}

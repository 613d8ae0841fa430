package options_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/rpc"

	"github.com/waybill/waybill/packer-plugin/shim/options"
)

func known(string) bool       { return false }
func marked(text string) bool { return strings.Contains(text, "<unknown>") }
func with(more map[string]any) map[string]any {
	values := map[string]any{"artifact": "hashicorp/web"}
	for name, value := range more {
		values[name] = value
	}
	return values
}

// They are compiled when they are first needed, which must not be the time to learn that one is wrong.
func TestPatternsAreExpressions(t *testing.T) {
	table, err := os.ReadFile("options.json")
	if err != nil {
		t.Fatal(err)
	}
	patterns := regexp.MustCompile(`"(?:name_)?pattern": ("(?:[^"\\]|\\.)*")`).FindAllSubmatch(table, -1)
	if len(patterns) == 0 {
		t.Error("the table has no patterns")
	}
	for _, match := range patterns {
		var pattern string
		if err := json.Unmarshal(match[1], &pattern); err != nil {
			t.Fatal(err)
		}
		if _, err := regexp.Compile(pattern); err != nil {
			t.Error(err)
		}
	}
}

func TestBothProtocolsCarryTheSpecs(t *testing.T) {
	for name, table := range map[string]options.Table{"post-processor": options.PostProcessor, "data source": options.DataSource} {
		spec := table.Spec()
		if _, err := rpc.ToProto(spec); err != nil {
			t.Errorf("%s as protobuf: %v", name, err)
		}
		var wire bytes.Buffer
		if err := gob.NewEncoder(&wire).Encode(spec); err != nil {
			t.Errorf("%s as gob: %v", name, err)
		}
		decoded := hcldec.ObjectSpec{}
		if err := gob.NewDecoder(&wire).Decode(&decoded); err != nil || len(decoded) != len(table) {
			t.Errorf("%s back from gob: %d options, %v", name, len(decoded), err)
		}
	}
}

func TestTextsOfJSONTemplatesBecomeTheTypesOfTheOptions(t *testing.T) {
	got, err := options.PostProcessor.Check(with(map[string]any{
		"latest": "false", "expected_builds": "file.a,file.b", "metadata": map[string]any{"n": 5.0, "yes": true}, "semver": "",
	}), known)
	if err != nil {
		t.Fatal(err)
	}
	if got["latest"] != false || len(got["expected_builds"].([]string)) != 2 {
		t.Errorf("got %v", got)
	}
	if metadata := got["metadata"].(map[string]string); metadata["n"] != "5" || metadata["yes"] != "true" {
		t.Errorf("got %v", metadata)
	}
	if _, ok := got["semver"]; ok {
		t.Error("an empty text counts as given")
	}
}

func TestWrongOptionsAreNamedWithWhatIsAccepted(t *testing.T) {
	image := func(more map[string]any) map[string]any {
		one := map[string]any{"platform": "aws", "external_id": "ami-1"}
		for field, value := range more {
			one[field] = value
		}
		return map[string]any{"images": []any{one}}
	}
	parents := func(more map[string]any) map[string]any {
		one := map[string]any{"artifact": "hashicorp/base"}
		for field, value := range more {
			one[field] = value
		}
		return map[string]any{"parents": []any{one}}
	}
	cases := []struct {
		values map[string]any
		says   []string
	}{
		{map[string]any{"artifact": "Hashicorp/Web"}, []string{`"artifact" is "Hashicorp/Web"`, "hashicorp/web"}},
		{map[string]any{"artifact": ""}, []string{`"artifact" is required`}},
		{with(map[string]any{"metdata": map[string]any{}}), []string{`"metdata"`, `did you mean "metadata"`}},
		{with(map[string]any{"zzz": 1}), []string{"there are:", "expected_builds"}},
		{with(map[string]any{"semver": "1.4"}), []string{`"semver" is "1.4"`, "1.4.0"}},
		{with(map[string]any{"fingerprint": "-x"}), []string{`"fingerprint"`}},
		{with(map[string]any{"build": strings.Repeat("é", 128)}), []string{`"build"`, "255 bytes"}},
		{with(map[string]any{"latest": "maybe"}), []string{`"latest" must be true or false`}},
		{with(map[string]any{"on_error": "ignore"}), []string{"keep or fail"}},
		{with(map[string]any{"timeout": "soon"}), []string{"30s"}},
		{with(map[string]any{"timeout": "2h"}), []string{`"timeout" is "2h"`, "between 1ms and 1h"}},
		{with(map[string]any{"timeout": "0s"}), []string{`"timeout" is "0s"`, "between 1ms and 1h"}},
		{with(map[string]any{"address": "ftp://x"}), []string{"http://"}},
		{with(map[string]any{"expected_builds": []any{"a", "a"}}), []string{`has "a" twice`}},
		{with(map[string]any{"expected_builds": []any{}}), []string{"0 entries"}},
		{with(map[string]any{"metadata": map[string]any{"k": strings.Repeat("x", 4097)}}), []string{"4096"}},
		{with(map[string]any{"metadata": "text"}), []string{`"metadata" must be`}},
		{with(image(map[string]any{"external": "x"})), []string{`the field "external"`, "external_id"}},
		{with(image(map[string]any{"external_id": ""})), []string{"no external_id"}},
		{with(image(map[string]any{"region": strings.Repeat("x", 129)})), []string{"128"}},
		{with(map[string]any{"ca_file": "/does/not/exist.pem"}), []string{`"ca_file" is "/does/not/exist.pem", which cannot be read: no such file`}},
		{with(map[string]any{"ca_file": "options.json"}), []string{`"ca_file" is "options.json", which holds no certificate`}},
		{with(map[string]any{"files": []any{"out/web.qcow2", ""}}), []string{`"files" is ""`, "globs such as"}},
		{with(map[string]any{"token": "tok en"}), []string{`"token" must be`}},
		{with(map[string]any{"token": "wbl_tok en"}), []string{`"token" must be a token exactly as`, "43 letters"}},
		{with(map[string]any{"channels": []any{"Staging"}}), []string{`"channels" is "Staging"`, "such as staging"}},
		{with(map[string]any{"channels": []any{"a", "a"}}), []string{`has "a" twice`}},
		{with(map[string]any{"channels": []any{"latest"}}), []string{`cannot be "latest"`, "by itself"}},
		{with(map[string]any{"documents": []any{"out/my sbom.json"}}), []string{`"out/my sbom.json"`, "starts with a letter"}},
		{with(map[string]any{"documents": []any{"a/sbom.json", "b/sbom.json"}}), []string{`"documents" has two files of one name`}},
		{with(map[string]any{"output": "images.txt"}), []string{`"output" is "images.txt"`, "web.auto.tfvars.json"}},
		{with(parents(map[string]any{"version": "7", "fingerprint": "f"})), []string{"number 1", "2 of fingerprint and version", "exactly one"}},
		{with(parents(nil)), []string{"0 of fingerprint and version"}},
		{with(parents(map[string]any{"version": "latest"})), []string{`"latest" in version`, "(accepted: a number such as 12)"}},
		{with(parents(map[string]any{"version": 7.0, "artifact": "A/b"})), []string{`"A/b" in artifact`}},
		{with(map[string]any{"atlas_ur": "x"}), []string{`"atlas_ur" is not known`}},
	}
	for _, c := range cases {
		_, err := options.PostProcessor.Check(c.values, known)
		if err == nil {
			t.Errorf("%v is accepted", c.values)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v gives %q, without %q", c.values, err, part)
			}
		}
		if strings.Contains(err.Error(), "tok en") {
			t.Errorf("the token is shown: %v", err)
		}
	}
}

func TestAllWrongOptionsAreNamedAtOnce(t *testing.T) {
	_, err := options.PostProcessor.Check(map[string]any{"semver": "1", "timeout": "x"}, known)
	for _, name := range []string{"artifact", "semver", "timeout"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not named in %v", name, err)
		}
	}
}

func TestWrongVariablesOfTheEnvironmentAreFoundToo(t *testing.T) {
	t.Setenv("WAYBILL_TIMEOUT", "soon")
	if _, err := options.PostProcessor.Check(with(nil), known); err == nil || !strings.Contains(err.Error(), "WAYBILL_TIMEOUT") {
		t.Errorf("got %v", err)
	}
	if _, err := options.PostProcessor.Check(with(map[string]any{"timeout": "5s"}), known); err != nil {
		t.Errorf("the option wins, but: %v", err)
	}
	t.Setenv("WAYBILL_TIMEOUT", "")
	t.Setenv("WAYBILL_CA_FILE", "options.json")
	if _, err := options.PostProcessor.Check(with(nil), known); err == nil || !strings.Contains(err.Error(), "variable WAYBILL_CA_FILE is \"options.json\"") {
		t.Errorf("got %v", err)
	}
	if _, err := options.PostProcessor.Check(with(map[string]any{"ca_file": "<unknown>"}), marked); err != nil {
		t.Errorf("the option wins, but: %v", err)
	}
}

func TestOnlySignedOptionsMustBeKnownBeforeTheBuild(t *testing.T) {
	if _, err := options.PostProcessor.Check(with(map[string]any{
		"artifact_type": "<unknown>", "metadata": map[string]any{"id": "<unknown>"},
	}), marked); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"artifact", "build", "fingerprint", "semver", "description"} {
		_, err := options.PostProcessor.Check(with(map[string]any{name: "x-<unknown>"}), marked)
		for _, cause := range []string{name, "variable of the build", "-evaluate-datasources"} {
			if err == nil || !strings.Contains(err.Error(), cause) {
				t.Errorf("%s: %v does not name %q", name, err, cause)
			}
		}
	}
}

func TestSelectorsExcludeEachOther(t *testing.T) {
	_, err := options.DataSource.Check(with(map[string]any{"version": "7", "channel": "prod"}), known)
	if err == nil || !strings.Contains(err.Error(), "only one of channel, version") {
		t.Errorf("got %v", err)
	}
}

func TestTheOptionsOfATeamThatUsesAllOfThemAreAccepted(t *testing.T) {
	got, err := options.PostProcessor.Check(with(map[string]any{
		"channels":  "staging,production",
		"parents":   []any{map[string]any{"artifact": "base", "version": 12.0}, map[string]any{"artifact": "a/b", "fingerprint": "<unknown>"}},
		"documents": []any{"sbom/*.cdx.json", "out dir/web.spdx.json", "<unknown>"},
		"output":    "out/web.auto.tfvars.json",
	}), marked)
	if err != nil {
		t.Fatal(err)
	}
	if parents := got["parents"].([]map[string]string); parents[0]["version"] != "12" || len(got["channels"].([]string)) != 2 {
		t.Errorf("got %v", got)
	}
	if _, err := options.PostProcessor.Check(with(map[string]any{"channels": []any{}, "parents": []any{}}), known); err != nil {
		t.Errorf("empty lists are what a condition of a template gives, but: %v", err)
	}
}

func TestOldSpellingsAreUnderstoodAndNamed(t *testing.T) {
	values := with(map[string]any{"atlas_url": "https://waybill.example.com", "artifact_type": "amazon.image"})
	said, err := options.PostProcessor.Modernize(values)
	if err != nil || len(said) != 2 {
		t.Fatalf("got %v, %v", said, err)
	}
	for _, part := range []string{`"amazon.image" is now called "amazon.ami"`, `option "atlas_url" is now called "address"`} {
		if !strings.Contains(strings.Join(said, "\n"), part) {
			t.Errorf("%v does not say %q", said, part)
		}
	}
	if values["address"] != "https://waybill.example.com" || values["artifact_type"] != "amazon.ami" {
		t.Errorf("got %v", values)
	}
	if _, err := options.PostProcessor.Check(values, known); err != nil {
		t.Error(err)
	}
	if said, err := options.PostProcessor.Modernize(with(map[string]any{"atlas_url": ""})); err != nil || len(said) != 0 {
		t.Errorf("a variable that nobody set: got %v, %v", said, err)
	}
	_, err = options.PostProcessor.Modernize(map[string]any{"atlas_url": "https://a.test", "address": "https://b.test"})
	if err == nil || !strings.Contains(err.Error(), "both are given") {
		t.Errorf("got %v", err)
	}
}

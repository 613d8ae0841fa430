package rollcall_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill/waybill/packer-plugin/shim/rollcall"
)

func open(t *testing.T) *rollcall.RollCall {
	t.Helper()
	call, err := rollcall.Open()
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func run(t *testing.T) string {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("TMPDIR", temporary)
	t.Setenv("PACKER_RUN_UUID", "0b5f9f5e-0000-4000-8000-000000000001")
	return filepath.Join(temporary, fmt.Sprintf("waybill-%d", os.Getuid()))
}

func record(build string, change ...func(*rollcall.Values)) rollcall.Record {
	record := rollcall.Record{Artifact: "hashicorp/web", Build: build, Values: rollcall.Values{Fingerprint: "f"}}
	for _, change := range change {
		change(&record.Values)
	}
	return record
}

func TestAllBuildsOfTheArtifactAreExpected(t *testing.T) {
	run(t)
	other := record("file.z")
	other.Artifact = "hashicorp/other"
	for _, signed := range []rollcall.Record{record("file.b"), record("file.a"), other} {
		if err := open(t).Sign(signed); err != nil {
			t.Fatal(err)
		}
	}
	builds, _, _, err := open(t).Read("hashicorp/web")
	if err != nil || strings.Join(builds, " ") != "file.a file.b" {
		t.Errorf("got %v, %v", builds, err)
	}
}

func TestTheSecondOfTwoBuildsWithOneNameFails(t *testing.T) {
	run(t)
	if err := open(t).Sign(record("file.a")); err != nil {
		t.Fatal(err)
	}
	err := open(t).Sign(record("file.a"))
	if err == nil || !strings.Contains(err.Error(), `build = "${build.name}.file.a"`) {
		t.Errorf("got %v", err)
	}
}

func TestOfManyThatSignOneBuildAtOnceExactlyOneSucceeds(t *testing.T) {
	run(t)
	call := open(t)
	var group sync.WaitGroup
	results := make(chan error, 20)
	for range cap(results) {
		group.Go(func() { results <- call.Sign(record("file.a")) })
	}
	group.Wait()
	close(results)
	succeeded := 0
	for err := range results {
		if err == nil {
			succeeded++
		}
	}
	if succeeded != 1 {
		t.Errorf("%d succeeded", succeeded)
	}
}

func TestBuildsThatDisagreeAboutTheirVersionFailWithBothValues(t *testing.T) {
	yes, no := true, false
	cases := map[string][2]func(*rollcall.Values){
		"fingerprint": {func(v *rollcall.Values) { v.Fingerprint = "one" }, func(v *rollcall.Values) { v.Fingerprint = "two" }},
		"semver":      {func(v *rollcall.Values) { v.Semver = "1.0.0" }, func(v *rollcall.Values) { v.Semver = "2.0.0" }},
		"description": {func(v *rollcall.Values) { v.Description = "one" }, func(v *rollcall.Values) { v.Description = "two" }},
		"latest":      {func(v *rollcall.Values) { v.Latest = &yes }, func(v *rollcall.Values) { v.Latest = &no }},
	}
	shown := map[string][]string{
		"fingerprint": {`"one"`, `"two"`}, "semver": {`"1.0.0"`, `"2.0.0"`}, "description": {`"one"`, `"two"`}, "latest": {"true", "false"},
	}
	for option, change := range cases {
		t.Run(option, func(t *testing.T) {
			run(t)
			if err := open(t).Sign(record("file.a", change[0])); err != nil {
				t.Fatal(err)
			}
			err := open(t).Sign(record("file.b", change[1]))
			for _, part := range append(shown[option], option, "file.a", "file.b") {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
			}
			if builds, _, _, _ := open(t).Read("hashicorp/web"); len(builds) != 1 {
				t.Errorf("the one that failed is still signed: %v", builds)
			}
		})
	}
}

func TestWhatOneBuildSaysOfTheVersionHoldsForAll(t *testing.T) {
	run(t)
	no := false
	for _, signed := range []rollcall.Record{record("file.a"), record("file.b", func(v *rollcall.Values) { v.Semver, v.Latest = "1.0.0", &no })} {
		if err := open(t).Sign(signed); err != nil {
			t.Fatal(err)
		}
	}
	_, values, _, err := open(t).Read("hashicorp/web")
	if err != nil || values.Semver != "1.0.0" || values.Latest == nil || *values.Latest {
		t.Errorf("got %+v, %v", values, err)
	}
}

func TestWhatDataSourcesReadIsKeptOnce(t *testing.T) {
	run(t)
	resolved := rollcall.Resolved{Artifact: "hashicorp/base", Number: 3, ExternalIDs: []string{"ami-1"}}
	for range 2 {
		if err := open(t).SignResolved(resolved); err != nil {
			t.Fatal(err)
		}
	}
	_, _, all, err := open(t).Read("hashicorp/web")
	if err != nil || len(all) != 1 || all[0].ExternalIDs[0] != "ami-1" {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestNobodyElseCanReadTheRollCall(t *testing.T) {
	runtime := run(t)
	if err := open(t).Sign(record("file.a")); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(runtime, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADirectoryThatSomebodyPreparedIsRefused(t *testing.T) {
	runtime := run(t)
	if err := os.Symlink(t.TempDir(), runtime); err != nil {
		t.Fatal(err)
	}
	if _, err := rollcall.Open(); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a symbolic link: %v", err)
	}
	if err := os.Remove(runtime); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(runtime, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(runtime, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := rollcall.Open(); err == nil || !strings.Contains(err.Error(), "open to other users") {
		t.Errorf("an open directory: %v", err)
	}
}

func TestOldRollCallsAreSwept(t *testing.T) {
	runtime := run(t)
	open(t)
	old := filepath.Join(runtime, "roll-call-old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	month := time.Now().Add(-30 * 24 * time.Hour)
	if err := os.Chtimes(old, month, month); err != nil {
		t.Fatal(err)
	}
	open(t)
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestARunWithoutItsNumberIsRefused(t *testing.T) {
	run(t)
	for _, uuid := range []string{"", "../../etc"} {
		t.Setenv("PACKER_RUN_UUID", uuid)
		if _, err := rollcall.Open(); err == nil || !strings.Contains(err.Error(), "PACKER_RUN_UUID") {
			t.Errorf("%q: %v", uuid, err)
		}
	}
}

func TestAMatterIsSaidOnceByAllOfARun(t *testing.T) {
	run(t)
	if !open(t).First("old spelling") || open(t).First("old spelling") || !open(t).First("another") {
		t.Error("each matter has one that is first")
	}
}

func TestChannelsBelongToTheVersionAsAWhole(t *testing.T) {
	run(t)
	channels := func(names ...string) func(*rollcall.Values) {
		return func(values *rollcall.Values) { values.Channels = names }
	}
	for _, signed := range []rollcall.Record{record("a", channels("staging", "eu")), record("b"), record("c", channels("staging", "eu"))} {
		if err := open(t).Sign(signed); err != nil {
			t.Fatal(err)
		}
	}
	if _, values, _, err := open(t).Read("hashicorp/web"); err != nil || strings.Join(values.Channels, " ") != "staging eu" {
		t.Errorf("got %v, %v", values, err)
	}
	err := open(t).Sign(record("d", channels("eu")))
	if err == nil || !strings.Contains(err.Error(), `"channels"`) {
		t.Errorf("got %v", err)
	}
}

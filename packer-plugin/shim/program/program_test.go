package program_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
	"github.com/waybill/waybill/packer-plugin/shim/program"
)

func TestTheProgramAnswersAndLeavesNothingBehind(t *testing.T) {
	directory := plugintest.UseNode(t)
	running, err := program.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	_, err = running.Read(context.Background(), &pluginv1.ReadRequest{DataSource: "artifact", Options: `{"artifact":"web"}`})
	if err == nil || !strings.Contains(err.Error(), "has no namespace") {
		t.Errorf("got %v", err)
	}
	running.Close()
	if left, _ := filepath.Glob(filepath.Join(directory, "tmp", "*", "socket-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAnUnpackedProgramThatWasChangedIsReplaced(t *testing.T) {
	plugintest.UseNode(t)
	path, err := program.Unpack()
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	if err := os.WriteFile(path, []byte("process.exit(3)"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := program.Unpack()
	if err != nil || again != path {
		t.Fatalf("%s, %v", again, err)
	}
	if got, _ := os.ReadFile(path); string(got) != string(whole) {
		t.Error("the changed program would run")
	}
	if info, _ := os.Stat(filepath.Dir(path)); info.Mode().Perm() != 0o700 {
		t.Errorf("its directory has mode %v", info.Mode())
	}
}

func TestWithoutAUsableNodeTheErrorSaysWhatToInstall(t *testing.T) {
	directory := plugintest.UseNode(t)
	script := func(name, body string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, node := range map[string]string{
		"not found": filepath.Join(directory, "missing"),
		"v20.20.2":  script("old", "echo v20.20.2"),
		"failed":    script("broken", "exit 1"),
		"hello":     script("other", "echo hello"),
	} {
		t.Setenv("WAYBILL_NODE", node)
		_, err := program.FindNode()
		for _, part := range []string{name, "22", "WAYBILL_NODE"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v does not say %q", err, part)
			}
		}
	}
}

func TestAProgramThatEndsAtOnceIsAnError(t *testing.T) {
	directory := plugintest.UseNode(t)
	node := filepath.Join(directory, "node")
	if err := os.WriteFile(node, []byte("#!/bin/sh\n[ \"$1\" = --version ] && echo v22.0.0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WAYBILL_NODE", node)
	if _, err := program.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "ended at once") {
		t.Errorf("got %v", err)
	}
}

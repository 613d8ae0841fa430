package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// The test binary stands in for the plugin when this is set.
const asPlugin = "WAYBILL_TEST_AS_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestDescribePrintsOnlyJSONAndNeedsNoNode(t *testing.T) {
	command := exec.Command(os.Args[0], "describe")
	command.Env = []string{asPlugin + "=1", "PATH=/nonexistent", "WAYBILL_NODE=/nonexistent"}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var described struct {
		Version        string   `json:"version"`
		APIVersion     string   `json:"api_version"`
		Protocol       string   `json:"protocol_version"`
		PostProcessors []string `json:"post_processors"`
		DataSources    []string `json:"datasources"`
	}
	if err := json.Unmarshal(output, &described); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if described.APIVersion != "x5.0" || described.Protocol != "v2" || described.Version == "" {
		t.Errorf("got %+v", described)
	}
	if !slices.Equal(described.PostProcessors, []string{"-packer-default-plugin-name-"}) || !slices.Equal(described.DataSources, []string{"artifact", "version"}) {
		t.Errorf("got %+v", described)
	}
}

func TestStartedByHandItSaysWhoStartsIt(t *testing.T) {
	command := exec.Command(os.Args[0], "start", "post-processor", "-packer-default-plugin-name-")
	command.Env = []string{asPlugin + "=1"}
	output, err := command.CombinedOutput()
	if err == nil || !bytes.Contains(output, []byte("Packer will execute these for you")) {
		t.Errorf("%v: %s", err, output)
	}
}

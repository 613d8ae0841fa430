package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	registry "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
)

// told is an artifact of whatever shape a file tells; the examples beside the table of builders are such files.
type told struct {
	Builder   string          `json:"builder"`
	ID        string          `json:"id"`
	Paths     []string        `json:"files"`
	Text      string          `json:"text"`
	Values    map[string]any  `json:"state"`
	Generated map[string]any  `json:"generated"`
	Registry  json.RawMessage `json:"told"`
}

// readArtifact reads one, and makes the files that it has on this machine.
func readArtifact(path string) (*told, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	made := &told{}
	if err := json.Unmarshal(text, made); err != nil {
		return nil, err
	}
	for _, file := range made.Paths {
		if strings.Contains(file, "://") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte("the bytes of "+file), 0o644); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (t *told) BuilderId() string { return t.Builder }
func (t *told) Id() string        { return t.ID }
func (t *told) Files() []string   { return t.Paths }
func (t *told) String() string    { return t.Text }
func (t *told) Destroy() error    { return nil }

// State gives registry images in the types of the real plugins, since those decide what arrives.
func (t *told) State(name string) any {
	var one *registry.Image
	var several []*registry.Image
	switch {
	case name == "generated_data" && t.Generated != nil:
		return t.Generated
	case name != registry.ArtifactStateURI:
		return t.Values[name]
	case len(t.Registry) == 0:
		return nil
	case json.Unmarshal(t.Registry, &one) == nil:
		return one
	case json.Unmarshal(t.Registry, &several) == nil:
		return several
	}
	panic("interface conversion: interface {} is nil, not string") // as the real one ends
}

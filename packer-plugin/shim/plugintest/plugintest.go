// Package plugintest has what the tests of several components need.
package plugintest

import (
	"os"
	"path/filepath"
	"testing"
)

// UseNode makes the plugin run the Node of the workspace and keep everything it writes in directories of the test.
// It gives the directory for temporary files.
func UseNode(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	for name, path := range map[string]string{"TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "WAYBILL_SPOOL_DIR": "spool", "HOME": "home"} {
		if err := os.Mkdir(filepath.Join(directory, path), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, filepath.Join(directory, path))
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("PACKER_RUN_UUID", "0b5f9f5e-0000-4000-8000-000000000001")
	for _, name := range []string{"ADDRESS", "TOKEN", "NAMESPACE", "FINGERPRINT", "TIMEOUT", "CA_FILE", "CONSUMER", "ON_REVOKED"} {
		t.Setenv("WAYBILL_"+name, "")
	}
	if os.Getenv("WAYBILL_NODE") == "" {
		t.Setenv("WAYBILL_NODE", workspaceNode(t))
	}
	return directory
}

func workspaceNode(t *testing.T) string {
	t.Helper()
	directory, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; directory != filepath.Dir(directory); directory = filepath.Dir(directory) {
		node := filepath.Join(directory, "node_modules", ".bin", "node")
		if _, err := os.Stat(node); err == nil {
			return node
		}
	}
	t.Fatal("there is no node in the workspace; run: npm ci")
	return ""
}

package program

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/waybill/waybill/packer-plugin/shim/private"
)

// Packer installs one file, so the TypeScript program travels inside it. The directory holds only .gitignore until
// scripts/build.ts has put the bundle there.
//
//go:embed all:bundle
var embedded embed.FS

const (
	bundleName = "program.cjs"
	// Other versions of the plugin may still be in use by other projects.
	keepUnused = 90 * 24 * time.Hour
)

// Unpack puts the program into the cache, under the hash of its content, and gives its path. A file that is there is
// read back and compared: what runs is what was embedded.
func Unpack() (string, error) {
	program, err := embedded.ReadFile("bundle/" + bundleName)
	if err != nil {
		return "", errors.New("this plugin was built without its program; build it with: node packer-plugin/scripts/build.ts")
	}
	cache, err := private.CacheDirectory()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(program)
	directory, err := private.Directory(filepath.Join(cache, "packer-plugin-"+hex.EncodeToString(sum[:12])))
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, bundleName)
	if present, err := os.ReadFile(path); err == nil && bytes.Equal(present, program) {
		return path, nil
	}
	private.Sweep(cache, "packer-plugin-*", keepUnused)
	write := func(to io.Writer) error { _, err := to.Write(program); return err }
	if err := writeWhole(path, 0o600, write); err != nil {
		return "", fmt.Errorf("cannot unpack the program of the plugin: %w", err)
	}
	return path, nil
}

// writeWhole replaces a file at once: several processes unpack at the same time, and none may read a half.
func writeWhole(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "unfinished-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err = errors.Join(write(file), os.Chmod(file.Name(), mode), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

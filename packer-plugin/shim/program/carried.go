package program

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/waybill/waybill/packer-plugin/shim/private"
)

// unpackNode puts the Node that a self-contained plugin carries into the cache and gives its path; "" where it carries
// none. The build names it by its hash: bundle/node-<hash>.gz.
func unpackNode() (string, error) {
	entries, _ := embedded.ReadDir("bundle")
	for _, entry := range entries {
		if name, found := strings.CutSuffix(entry.Name(), ".gz"); found && strings.HasPrefix(name, "node-") {
			path, err := unpackNodeFrom(entry.Name(), name)
			if err != nil {
				return "", fmt.Errorf("cannot unpack the Node.js that this plugin carries: %w; WAYBILL_NODE can name another", err)
			}
			return path, nil
		}
	}
	return "", nil
}

func unpackNodeFrom(packedName, name string) (string, error) {
	packed, err := embedded.ReadFile("bundle/" + packedName)
	if err != nil {
		return "", err
	}
	cache, err := private.CacheDirectory()
	if err != nil {
		return "", err
	}
	directory, err := private.Directory(filepath.Join(cache, "packer-plugin-"+name))
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "node")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// It is put there whole or not at all, and nobody else can write there, so its size (the end of gzip data) tells enough.
	size := int64(binary.LittleEndian.Uint32(packed[len(packed)-4:]))
	if info, err := os.Stat(path); err == nil && info.Size() == size {
		return path, nil
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	return path, writeWhole(path, 0o700, func(to io.Writer) error {
		_, err := io.Copy(to, unzipped)
		return err
	})
}

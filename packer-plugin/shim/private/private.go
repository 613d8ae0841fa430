// Package private makes directories that nobody else can read, write or have prepared.
package private

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// RuntimeDirectory is where the processes of one Packer run meet: below XDG_RUNTIME_DIR, or in the directory for
// temporary files under the user's number. All processes of a run have one environment, so they find the same.
func RuntimeDirectory() (string, error) {
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" && check(runtime, othersAccess) == nil {
		return Directory(filepath.Join(runtime, "waybill"))
	}
	return Directory(filepath.Join(os.TempDir(), "waybill-"+strconv.Itoa(os.Getuid())))
}

// CacheDirectory is where unpacked program files are kept between runs. Others may look at it, but not write.
func CacheDirectory() (string, error) {
	cache, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(cache, 0o700)
	}
	if err != nil {
		return RuntimeDirectory() // no home directory, as in some containers, or a read-only one
	}
	return directory(filepath.Join(cache, "waybill"), othersWrite)
}

// Permissions that a directory must not give to others.
const (
	othersAccess = 0o077
	othersWrite  = 0o022
)

// Directory makes one directory (its parent must be there) or checks that an existing one is ours alone. A name in a
// shared directory may have been taken by somebody else, also as a symbolic link.
func Directory(path string) (string, error) { return directory(path, othersAccess) }

func directory(path string, forbidden os.FileMode) (string, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("cannot make the directory %s: %w", path, err)
	}
	if err := check(path, forbidden); err != nil {
		return "", fmt.Errorf("%w; it must be yours alone: remove it, or point XDG_RUNTIME_DIR (XDG_CACHE_HOME) to a directory of your own", err)
	}
	return path, nil
}

func check(path string, forbidden os.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory, but %s", path, info.Mode().Type())
	}
	return checkOwner(path, info, forbidden)
}

// Sweep removes what earlier runs left in a directory. It is best effort: nothing depends on it.
func Sweep(directory, pattern string, older time.Duration) {
	paths, _ := filepath.Glob(filepath.Join(directory, pattern))
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > older {
			_ = os.RemoveAll(path)
		}
	}
}

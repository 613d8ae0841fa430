//go:build unix

package private

import (
	"fmt"
	"os"
	"syscall"
)

func checkOwner(path string, info os.FileInfo, forbidden os.FileMode) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user (number %d)", path, stat.Uid)
	}
	if mode := info.Mode().Perm(); mode&forbidden != 0 {
		return fmt.Errorf("%s is open to other users (mode %04o)", path, mode)
	}
	return nil
}

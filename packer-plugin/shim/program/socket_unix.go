//go:build !windows

package program

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/waybill/waybill/packer-plugin/shim/private"
)

const (
	staleSocket  = time.Hour
	socketPrefix = "socket-"
	// The address of a socket has at most 104 bytes; this leaves room for the name.
	longestRuntime = 80
)

// newSocket names a socket in a directory that only this user can enter, and gives what removes both.
func newSocket() (string, func(), error) {
	directory, err := socketDirectory()
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(directory, "s"), func() { _ = os.RemoveAll(directory) }, nil
}

func socketDirectory() (string, error) {
	runtime, err := private.RuntimeDirectory()
	if err != nil {
		return "", err
	}
	if len(runtime) > longestRuntime {
		return os.MkdirTemp("/tmp", "waybill-"+socketPrefix)
	}
	private.Sweep(runtime, socketPrefix+"*", staleSocket)
	return os.MkdirTemp(runtime, socketPrefix)
}

func dial(ctx context.Context, socket string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", socket)
}

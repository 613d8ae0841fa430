package program

import (
	"context"
	"crypto/rand"
	"net"

	"github.com/Microsoft/go-winio"
)

// newSocket names a pipe, which is what Node listens on here, so that nobody guesses it. It goes with its process.
func newSocket() (string, func(), error) {
	return `\\.\pipe\waybill-` + rand.Text(), func() {}, nil
}

func dial(ctx context.Context, socket string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, socket)
}

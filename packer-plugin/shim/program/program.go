// Package program runs the TypeScript half of the plugin: it starts Node, speaks gRPC to it and ends it.
package program

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
)

const (
	// What the program prints once it listens; everything else it prints goes to the log.
	ready = "waybill-plugin-ready"
	// Node is up in a tenth of a second; a loaded machine may need much longer.
	startPatience = 30 * time.Second
	// How long Node may take to end once it was asked to.
	endPatience = 5 * time.Second
	maxMessage  = 64 << 20
	maxLogLine  = 1 << 20
)

// Program is a running TypeScript program.
type Program struct {
	pluginv1.PluginClient

	command    *exec.Cmd
	stdin      io.Closer
	connection *grpc.ClientConn
	ended      chan struct{}
}

// Start unpacks and starts the program. Node runs until Close, or until this process is gone: Packer ends plugins
// with SIGKILL, and then the pipe that is Node's stdin closes.
func Start(ctx context.Context) (*Program, error) {
	node, err := FindNode()
	if err != nil {
		return nil, err
	}
	script, err := Unpack()
	if err != nil {
		return nil, err
	}
	socket, release, err := newSocket()
	if err != nil {
		return nil, fmt.Errorf("cannot make a place for the socket: %w", err)
	}
	// Once connected nobody needs the name of the socket, so nothing stays behind whatever ends this process.
	defer release()

	program := &Program{ended: make(chan struct{})}
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := program.start(ctx, node, script, socket); err != nil {
		program.Close()
		return nil, fmt.Errorf("cannot start the program of the plugin with %s: %w", node, err)
	}
	return program, nil
}

func (p *Program) start(ctx context.Context, node, script, socket string) error {
	p.command = exec.Command(node, script, socket)
	p.command.Env = append(os.Environ(), "NODE_COMPILE_CACHE="+filepath.Join(filepath.Dir(script), "compile-cache"))
	p.command.Stderr = os.Stderr
	// Ctrl-C goes to all processes of the terminal's group; Node has to finish what it is doing, so it gets its own.
	ownGroup(p.command)
	var err error
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return err
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	listening := make(chan struct{})
	go p.follow(stdout, listening)
	select {
	case <-listening:
	case <-p.ended:
		return errors.New("it ended at once; PACKER_LOG=1 shows what it wrote")
	case <-ctx.Done():
		return fmt.Errorf("it did not get ready: %w", ctx.Err())
	}
	return p.connect(ctx, socket)
}

// follow reads what Node prints. Our own stdout belongs to Packer's handshake, so all of it goes to the log.
func (p *Program) follow(stdout io.Reader, listening chan<- struct{}) {
	defer close(p.ended)
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, maxLogLine)
	for lines.Scan() {
		if lines.Text() == ready && listening != nil {
			close(listening)
			listening = nil
			continue
		}
		log.Print(strings.TrimRight(lines.Text(), "\r"))
	}
	_, _ = io.Copy(io.Discard, stdout)
	if err := p.command.Wait(); err != nil {
		log.Printf("the program of the plugin ended: %v", err)
	}
}

func (p *Program) connect(ctx context.Context, socket string) error {
	connection, err := grpc.NewClient("passthrough:///waybill",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return dial(ctx, socket) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()), // nobody else knows or reaches the socket
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)))
	if err != nil {
		return err
	}
	p.connection = connection
	p.PluginClient = pluginv1.NewPluginClient(connection)
	connection.Connect()
	for state := connection.GetState(); state.String() != "READY"; state = connection.GetState() {
		if !connection.WaitForStateChange(ctx, state) {
			return fmt.Errorf("it did not answer: %w", ctx.Err())
		}
	}
	return nil
}

// Close ends the program: closing its stdin asks it to, and a kill follows when it does not.
func (p *Program) Close() {
	if p.connection != nil {
		_ = p.connection.Close()
	}
	if p.command.Process == nil {
		return
	}
	_ = p.stdin.Close()
	select {
	case <-p.ended:
	case <-time.After(endPatience):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

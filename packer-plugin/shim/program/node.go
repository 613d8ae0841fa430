package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// suitable has the paths of which this process knows that they are a Node that can run the program.
var suitable sync.Map

const (
	oldestNode       = 22
	versionPatience  = 10 * time.Second
	howToInstallNode = "install Node.js 22 or newer, or set WAYBILL_NODE to the path of its executable"
)

// FindNode finds a Node that can run the program: WAYBILL_NODE, the one that a self-contained plugin carries, or `node`
// on PATH. It runs `node --version`, which takes a few milliseconds, so that a missing or old Node is found before
// anything is built and not afterwards; of one that was found then it is only looked whether it is still there.
func FindNode() (string, error) {
	path, origin := os.Getenv("WAYBILL_NODE"), "WAYBILL_NODE"
	if path == "" {
		if carried, err := unpackNode(); carried != "" || err != nil {
			return carried, err
		}
		path, origin = "node", "PATH"
	}
	found, err := exec.LookPath(path)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return "", fmt.Errorf("Waybill needs Node.js to publish, and %s (from %s) was not found; %s", path, origin, howToInstallNode)
	}
	if _, ok := suitable.Load(found); ok {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), versionPatience)
	defer cancel()
	output, err := exec.CommandContext(ctx, found, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("Waybill needs Node.js to publish, and `%s --version` failed (%w); %s", found, err, howToInstallNode)
	}
	version := strings.TrimSpace(string(output))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if number, err := strconv.Atoi(major); err != nil || number < oldestNode {
		return "", fmt.Errorf("Waybill needs Node.js %d or newer, and %s (from %s) is %q; %s", oldestNode, found, origin, version, howToInstallNode)
	}
	suitable.Store(found, true)
	return found, nil
}

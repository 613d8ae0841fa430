package options

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// checkCAFile looks into the file, which is otherwise needed only when there is something to publish.
func checkCAFile(values map[string]any, isUnknown func(string) bool) error {
	source, path := `option "ca_file"`, ""
	if path, _ = values["ca_file"].(string); path == "" {
		source, path = "environment variable WAYBILL_CA_FILE", os.Getenv("WAYBILL_CA_FILE")
	}
	if path == "" || isUnknown(path) {
		return nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		// Of a *PathError only what went wrong: the path is named already.
		if failed := new(fs.PathError); errors.As(err, &failed) {
			err = failed.Err
		}
		return fmt.Errorf("%s is %s, which cannot be read: %w; it must be the path of a PEM file", source, shorten(path), err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s is %s, which holds no certificate; give a file of PEM certificates", source, shorten(path))
	}
	return nil
}

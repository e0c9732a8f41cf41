// This file is about a client on Go's crypto/tls.
//
// In: an address, the server's CA, a version of TLS, whether the certificate is sent "always" or only
// to who "asks" for its CA, and the files of certificate and key, or none. Out: the body of the answer,
// or "alert NUMBER".
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
)

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func main() {
	address, ca, version, when, own := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]
	body, err := visit(address, settings(ca, versions[version], when, own))
	var told *net.OpError
	switch {
	case err == nil:
		os.Stdout.Write(body)
	case errors.As(err, &told) && told.Op == "remote error":
		// The type of an alert has no public name in every version of Go.
		fmt.Printf("alert %d", reflect.ValueOf(told.Err).Uint())
	default:
		fail(err)
	}
}

func settings(ca string, version uint16, when string, own []string) *tls.Config {
	pem, err := os.ReadFile(ca)
	fail(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		fail(errors.New(ca + ": no certificate"))
	}
	config := &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version}
	if len(own) == 0 {
		return config
	}
	certificate, err := tls.LoadX509KeyPair(own[0], own[1])
	fail(err)
	if when == "asks" {
		config.Certificates = []tls.Certificate{certificate}
		return config
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &certificate, nil
	}
	return config
}

func visit(address string, config *tls.Config) ([]byte, error) {
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	// A client that is refused with TLS 1.3 learns that when it reads, or writes.
	if _, err := io.WriteString(connection, "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(connection)
	_, body, _ := bytes.Cut(answer, []byte("\r\n\r\n"))
	return body, err
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

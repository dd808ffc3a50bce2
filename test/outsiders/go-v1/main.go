// Drives the client library that exoip v0.4.3 speaks Exoscale's older API with, by lines: each line
// of standard input is a call in JSON, and each line of standard output is what came of it. The key
// is in EXOSCALE_API_KEY and EXOSCALE_API_SECRET, the API at EXOSCALE_API_ENDPOINT.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/exoscale/egoscale"
)

// call is what exoip does: it looks at one machine or at all, adds an address, or removes one.
type call struct {
	Operation string         `json:"operation"`
	ID        *egoscale.UUID `json:"id"`
	IP        net.IP         `json:"ip"`
}

type outcome struct {
	Value any    `json:"value,omitempty"`
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`
}

func main() {
	client := egoscale.NewClient(
		os.Getenv("EXOSCALE_API_ENDPOINT"),
		os.Getenv("EXOSCALE_API_KEY"),
		os.Getenv("EXOSCALE_API_SECRET"))
	client.RetryStrategy = func(int64) time.Duration { return 50 * time.Millisecond }
	lines := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one call
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		value, err := carryOut(client, one)
		if err != nil {
			answers.Encode(outcome{Kind: "failed", Text: err.Error()})
		} else {
			answers.Encode(outcome{Kind: "done", Value: value})
		}
	}
}

func carryOut(client *egoscale.Client, one call) (any, error) {
	switch one.Operation {
	case "get":
		return client.Get(&egoscale.VirtualMachine{ID: one.ID})
	case "get-by-address":
		nic := egoscale.Nic{IPAddress: one.IP, IsDefault: true}
		return client.Get(&egoscale.VirtualMachine{Nic: []egoscale.Nic{nic}})
	case "list":
		return client.List(&egoscale.VirtualMachine{})
	case "add":
		return client.Request(&egoscale.AddIPToNic{NicID: one.ID, IPAddress: one.IP})
	case "remove":
		return nil, client.BooleanRequest(&egoscale.RemoveIPFromNic{ID: one.ID})
	default:
		return nil, fmt.Errorf("there is no %s", one.Operation)
	}
}

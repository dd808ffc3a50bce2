// Drives Exoscale's official Go SDK by lines: each line of standard input is a call in JSON, and
// each line of standard output is what came of it. The key is in EXOSCALE_API_KEY and
// EXOSCALE_API_SECRET; EXOSCALE_API_ENDPOINT leads elsewhere than to the SDK's own endpoint.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	v3 "github.com/exoscale/egoscale/v3"
	"github.com/exoscale/egoscale/v3/credentials"
)

// call is an operation by its operationId, with what its path names, in order.
type call struct {
	Operation string          `json:"operation"`
	Path      []string        `json:"path"`
	Body      json.RawMessage `json:"body"`
	// Wait for the end of the operation that the call begins.
	Wait bool `json:"wait"`
}

type outcome struct {
	Value any    `json:"value,omitempty"`
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`
}

func main() {
	client, err := newClient()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one call
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		answers.Encode(outcomeOf(carryOut(client, one)))
	}
}

func newClient() (*v3.Client, error) {
	var options []v3.ClientOpt
	if endpoint := os.Getenv("EXOSCALE_API_ENDPOINT"); endpoint != "" {
		options = append(options, v3.ClientOptWithEndpoint(v3.Endpoint(endpoint)))
	}
	return v3.NewClient(credentials.NewEnvCredentials(), options...)
}

func outcomeOf(value any, err error) outcome {
	switch {
	case err == nil:
		return outcome{Kind: "done", Value: value}
	case errors.Is(err, v3.ErrForbidden):
		return outcome{Kind: "forbidden", Text: err.Error()}
	case errors.Is(err, v3.ErrNotFound):
		return outcome{Kind: "not-found", Text: err.Error()}
	default:
		return outcome{Kind: "failed", Text: err.Error()}
	}
}

func carryOut(client *v3.Client, one call) (any, error) {
	method, err := methodOf(client, one.Operation)
	if err != nil {
		return nil, err
	}
	arguments, err := argumentsOf(method.Type(), one)
	if err != nil {
		return nil, err
	}
	results := method.Call(arguments)
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	operation, isOperation := results[0].Interface().(*v3.Operation)
	if !one.Wait || !isOperation {
		return results[0].Interface(), nil
	}
	return client.Wait(context.Background(), operation, v3.OperationStateSuccess)
}

// methodOf finds the SDK's method: its name is the operationId in capitals that follow no rule.
func methodOf(client *v3.Client, operation string) (reflect.Value, error) {
	wanted := strings.ReplaceAll(operation, "-", "")
	value := reflect.ValueOf(client)
	for at := range value.NumMethod() {
		if strings.EqualFold(value.Type().Method(at).Name, wanted) {
			return value.Method(at), nil
		}
	}
	return reflect.Value{}, fmt.Errorf("the SDK has no method for %s", operation)
}

// argumentsOf gives what a method takes: a context, the parts of the path, then the body.
func argumentsOf(method reflect.Type, one call) ([]reflect.Value, error) {
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	parts := one.Path
	for at := 1; at < method.NumIn() && !(method.IsVariadic() && at == method.NumIn()-1); at++ {
		argument := reflect.New(method.In(at))
		if method.In(at).Kind() != reflect.String {
			if len(one.Body) > 0 {
				if err := json.Unmarshal(one.Body, argument.Interface()); err != nil {
					return nil, err
				}
			}
		} else if len(parts) == 0 {
			return nil, fmt.Errorf("%s names more in its path", one.Operation)
		} else {
			argument.Elem().SetString(parts[0])
			parts = parts[1:]
		}
		arguments = append(arguments, argument.Elem())
	}
	return arguments, nil
}

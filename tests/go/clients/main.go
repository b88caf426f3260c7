// Command clients talks to the API server of $KUBECONFIG as programs in Go do, and prints what came of each conversation:
// `ok NAME`, or `not ok NAME: why`.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const protobuf = "application/vnd.kubernetes.protobuf"

// A conversation is one thing that programs do with a cluster, in a namespace of its own.
type conversation struct {
	name string
	talk func(ctx context.Context, config *rest.Config, namespace string) error
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fmt.Println("not ok kubeconfig:", err)
		os.Exit(1)
	}
	config.QPS, config.Burst = 500, 500
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	failed := false
	for i, c := range conversations {
		namespace, err := makeNamespace(ctx, config, i)
		if err == nil {
			err = c.talk(ctx, config, namespace)
		}
		if err != nil {
			failed = true
			fmt.Printf("not ok %s: %v\n", c.name, err)
			continue
		}
		fmt.Println("ok", c.name)
	}
	if failed {
		os.Exit(1)
	}
}

var conversations = []conversation{
	{"typed protobuf: config maps", configMaps},
	{"typed protobuf: pods and their status", pods},
	{"typed protobuf: deployments and their scale", deployments},
	{"typed protobuf: leases", leases},
	{"typed protobuf: secrets", secrets},
	{"typed protobuf: tokens, reviews and evictions", requests},
	{"typed protobuf: refusals are statuses", refusals},
	{"typed protobuf: lists in pages", pages},
	{"typed protobuf: watches", watches},
	{"typed protobuf: server-side apply", applies},
	{"metadata: partial objects", partialObjects},
	{"dynamic: JSON", dynamically},
	{"discovery", discoveries},
	{"RESTMapper, and every kind as JSON and as protobuf", everyKind},
	{"OpenAPI documents, and what one manager applied by them", described},
	{"streams of lists", streamedList},
	{"a watch that survives its server's end of it", retriedWatch},
	{"informers: typed", typedInformer},
	{"informers: dynamic", dynamicInformer},
	{"leader election", leaderElection},
}

// speaking returns the configuration with a content type for both directions, and nothing else accepted.
func speaking(config *rest.Config, contentType string) *rest.Config {
	c := rest.CopyConfig(config)
	c.ContentType, c.AcceptContentTypes = contentType, contentType
	return c
}

// want fails unless got is what was wanted.
func want[T comparable](what string, got, wanted T) error {
	if got != wanted {
		return fmt.Errorf("%s: got %v, want %v", what, got, wanted)
	}
	return nil
}

// first returns the first failure.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sameAsJSON reads an object once more as JSON, and compares everything in it with what came as protobuf.
func sameAsJSON(as protobufObject, fromJSON runtime.Object, err error) error {
	if err != nil {
		return err
	}
	a, err := runtime.DefaultUnstructuredConverter.ToUnstructured(as)
	if err != nil {
		return err
	}
	b, err := runtime.DefaultUnstructuredConverter.ToUnstructured(fromJSON)
	if err != nil {
		return err
	}
	for _, m := range []map[string]any{a, b} {
		delete(m, "kind")
		delete(m, "apiVersion")
	}
	return want("as JSON", fmt.Sprint(a), fmt.Sprint(b))
}

type protobufObject interface {
	runtime.Object
	metav1.Object
}

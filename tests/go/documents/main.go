// Command documents reads every document that the API server of $KUBECONFIG describes itself in, in each of its forms, and
// prints `ok NAME` or `not ok NAME: why`: the OpenAPI documents' messages are those that gnostic makes of their JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
	apidiscovery "k8s.io/api/apidiscovery/v2"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fmt.Println("not ok kubeconfig:", err)
		os.Exit(1)
	}
	config.QPS, config.Burst = 500, 500
	client := discovery.NewDiscoveryClientForConfigOrDie(config).RESTClient()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	failed := false
	report := func(name string, err error) {
		if err != nil {
			failed = true
			fmt.Printf("not ok %s: %v\n", name, err)
			return
		}
		fmt.Println("ok", name)
	}
	report("OpenAPI 2", openAPI2(ctx, client))
	for _, prefix := range []string{"/api", "/apis"} {
		report("aggregated discovery of "+prefix, aggregated(ctx, client, prefix))
	}
	raw, err := client.Get().AbsPath("/openapi/v3").Do(ctx).Raw()
	if err != nil {
		report("OpenAPI 3", err)
	}
	var index struct{ Paths map[string]any }
	report("OpenAPI 3", json.Unmarshal(raw, &index))
	for path := range index.Paths {
		report("OpenAPI 3 of "+path, openAPI3(ctx, client, path))
	}
	if failed {
		os.Exit(1)
	}
}

func openAPI2(ctx context.Context, client rest.Interface) error {
	asJSON, message, err := both(ctx, client, "/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
	if err != nil {
		return err
	}
	want, err := openapi_v2.ParseDocument(asJSON)
	if err != nil {
		return err
	}
	return same(message, want, &openapi_v2.Document{})
}

func openAPI3(ctx context.Context, client rest.Interface, path string) error {
	asJSON, message, err := both(ctx, client, "/openapi/v3/"+path, "application/com.github.proto-openapi.spec.v3@v1.0+protobuf")
	if err != nil {
		return err
	}
	want, err := openapi_v3.ParseDocument(asJSON)
	if err != nil {
		return err
	}
	return same(message, want, &openapi_v3.Document{})
}

// same compares a message as it came with the one that was made of the JSON, and both byte by byte.
func same(message []byte, want, got proto.Message) error {
	if err := proto.Unmarshal(message, got); err != nil {
		return err
	}
	wanted, err := proto.MarshalOptions{Deterministic: true}.Marshal(want)
	if err != nil {
		return err
	}
	for i := range min(len(wanted), len(message)) {
		if wanted[i] != message[i] {
			around := func(b []byte) []byte { return b[max(0, i-100):min(len(b), i+60)] }
			return fmt.Errorf("byte %d of %d: %q instead of %q", i, len(wanted), around(message), around(wanted))
		}
	}
	if len(wanted) != len(message) {
		return fmt.Errorf("%d bytes instead of %d", len(message), len(wanted))
	}
	return nil
}

func aggregated(ctx context.Context, client rest.Interface, path string) error {
	scheme := runtime.NewScheme()
	if err := apidiscovery.AddToScheme(scheme); err != nil {
		return err
	}
	as := ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	asJSON, message, err := both(ctx, client, path, "application/vnd.kubernetes.protobuf"+as)
	if err != nil {
		return err
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	got, _, err := decoder.Decode(message, nil, nil)
	if err != nil {
		return err
	}
	want, _, err := decoder.Decode(asJSON, nil, nil)
	if err != nil {
		return err
	}
	// As the bytes came, they are what Go would have written.
	for _, list := range []runtime.Object{got, want} {
		list.GetObjectKind().SetGroupVersionKind(apidiscovery.SchemeGroupVersion.WithKind("APIGroupDiscoveryList"))
	}
	if !equality.Semantic.DeepEqual(got, want) {
		return fmt.Errorf("%v instead of %v", got, want)
	}
	return nil
}

// both gets a document as JSON and in another form; parameters of that form are asked for with JSON too.
func both(ctx context.Context, client rest.Interface, path, form string) (asJSON, other []byte, err error) {
	parameters := ""
	for i, c := range form {
		if c == ';' {
			parameters = form[i:]
			break
		}
	}
	asJSON, err = client.Get().AbsPath(path).SetHeader("Accept", "application/json"+parameters).Do(ctx).Raw()
	if err != nil {
		return nil, nil, err
	}
	other, err = client.Get().AbsPath(path).SetHeader("Accept", form).Do(ctx).Raw()
	return asJSON, other, err
}

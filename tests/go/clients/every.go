package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/equality"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// everyKind makes the objects of the file $OBJECTS, whose resources a RESTMapper finds, and looks at each of them as JSON and as
// protobuf: got, listed, watched, sent.
func everyKind(ctx context.Context, config *rest.Config, _ string) error {
	text, err := os.ReadFile(os.Getenv("OBJECTS"))
	if err != nil {
		return err
	}
	var objects []map[string]any
	if err := json.Unmarshal(text, &objects); err != nil {
		return err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(discovery.NewDiscoveryClientForConfigOrDie(config)))
	client := dynamic.NewForConfigOrDie(config)
	known := 0
	for _, fields := range objects {
		object := &unstructured.Unstructured{Object: fields}
		kind := object.GroupVersionKind()
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			return err
		}
		resource := client.Resource(mapping.Resource).Namespace(object.GetNamespace())
		made, err := resource.Create(ctx, object, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		// Definitions and services of the API itself are no part of the client's scheme.
		if !scheme.Scheme.Recognizes(kind) {
			continue
		}
		known++
		for attempt := 1; ; attempt++ {
			failure := inBothForms(ctx, config, mapping, made)
			if failure == nil {
				break
			}
			// Whoever keeps an object's status may have written between two of our looks.
			now, err := resource.Get(ctx, made.GetName(), metav1.GetOptions{})
			if err != nil || attempt == 5 || now.GetResourceVersion() == made.GetResourceVersion() {
				return fmt.Errorf("%s: %w", kind, failure)
			}
			made = now
		}
	}
	return want("most are known", known > 50, true)
}

func inBothForms(ctx context.Context, config *rest.Config, mapping *apimeta.RESTMapping, made *unstructured.Unstructured) error {
	var got [2]runtime.Object
	for i, contentType := range []string{"application/json", protobuf} {
		c := speaking(config, contentType)
		c.APIPath = "/apis"
		if mapping.GroupVersionKind.Group == "" {
			c.APIPath = "/api"
		}
		version := mapping.GroupVersionKind.GroupVersion()
		c.GroupVersion, c.NegotiatedSerializer = &version, scheme.Codecs.WithoutConversion()
		client, err := rest.RESTClientFor(c)
		if err != nil {
			return err
		}
		namespaced := mapping.Scope.Name() == apimeta.RESTScopeNameNamespace
		named := func(r *rest.Request) *rest.Request {
			return r.NamespaceIfScoped(made.GetNamespace(), namespaced).Resource(mapping.Resource.Resource)
		}
		object, err := named(client.Get()).Name(made.GetName()).Do(ctx).Get()
		if err != nil {
			return err
		}
		one := &metav1.ListOptions{FieldSelector: "metadata.name=" + made.GetName()}
		list, err := named(client.Get()).VersionedParams(one, scheme.ParameterCodec).Do(ctx).Get()
		if err != nil {
			return err
		}
		items, err := apimeta.ExtractList(list)
		if err != nil {
			return err
		}
		one.Watch = true
		w, err := named(client.Get()).VersionedParams(one, scheme.ParameterCodec).Watch(ctx)
		if err != nil {
			return err
		}
		event := <-w.ResultChan()
		w.Stop()
		// An update that says what is there already changes nothing, in either form.
		updated, err := named(client.Put()).Name(made.GetName()).Body(object).Do(ctx).Get()
		if err != nil {
			return err
		}
		for name, other := range map[string]runtime.Object{"listed": items[0], "watched": event.Object, "updated": updated} {
			if err := alike(name, other, object); err != nil {
				return err
			}
		}
		got[i] = object
	}
	return alike("protobuf", got[1], got[0])
}

func alike(name string, a, b runtime.Object) error {
	for _, o := range []runtime.Object{a, b} {
		o.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	}
	if !equality.Semantic.DeepEqual(a, b) {
		return fmt.Errorf("%s: %v instead of %v", name, a, b)
	}
	return nil
}

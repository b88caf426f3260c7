package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/openapi"
	"k8s.io/client-go/openapi/cached"
	"k8s.io/client-go/openapi3"
	"k8s.io/client-go/rest"
)

// described reads the OpenAPI documents as client-go's own readers do.
func described(ctx context.Context, config *rest.Config, namespace string) error {
	client := discovery.NewDiscoveryClientForConfigOrDie(config)
	two, err := client.OpenAPISchema()
	if err != nil {
		return err
	}
	three := cached.NewClient(client.OpenAPIV3())
	root := openapi3.NewRoot(three)
	versions, err := root.GroupVersions()
	if err != nil {
		return err
	}
	apps := schema.GroupVersion{Group: "apps", Version: "v1"}
	spec, err := root.GVSpec(apps)
	if err != nil {
		return err
	}
	paths, err := three.Paths()
	if err != nil {
		return err
	}
	message, err := paths["apis/apps/v1"].Schema(openapi.ContentTypeOpenAPIV3PB)
	if err != nil {
		return err
	}
	if err := first(
		want("definitions", len(two.Definitions.AdditionalProperties) > 300, true),
		want("versions", len(versions) > 20, true),
		want("deployments are described", spec.Components.Schemas["io.k8s.api.apps.v1.Deployment"] != nil, true),
		want("in protobuf", len(message) > 10_000, true),
	); err != nil {
		return err
	}
	return extracted(ctx, config, namespace, client)
}

// extracted takes from an object what one manager applied, by the schema that the server publishes.
func extracted(ctx context.Context, config *rest.Config, namespace string, client *discovery.DiscoveryClient) error {
	extractor, err := applymetav1.NewUnstructuredExtractor(client)
	if err != nil {
		return err
	}
	labels := map[string]string{"app": "x"}
	deployments := typed(config).AppsV1().Deployments(namespace)
	_, err = deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "x"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "app:1"}}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	container := applycorev1.Container().WithName("c").WithEnv(applycorev1.EnvVar().WithName("A").WithValue("1"))
	pod := applycorev1.PodTemplateSpec().WithSpec(applycorev1.PodSpec().WithContainers(container))
	mine := applyappsv1.Deployment("x", namespace).WithSpec(applyappsv1.DeploymentSpec().WithTemplate(pod))
	object, err := deployments.Apply(ctx, mine, metav1.ApplyOptions{FieldManager: "mine"})
	if err != nil {
		return err
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return err
	}
	whole := &unstructured.Unstructured{Object: fields}
	whole.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment"))
	part, err := extractor.Extract(whole, "mine")
	if err != nil {
		return err
	}
	spec := map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{
		map[string]any{"name": "c", "env": []any{map[string]any{"name": "A", "value": "1"}}},
	}}}}
	return want("what mine applied", fmt.Sprint(part.Object["spec"]), fmt.Sprint(spec))
}

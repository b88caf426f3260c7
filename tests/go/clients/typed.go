package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func typed(config *rest.Config) *kubernetes.Clientset {
	return kubernetes.NewForConfigOrDie(speaking(config, protobuf))
}

func asJSON(config *rest.Config) *kubernetes.Clientset {
	return kubernetes.NewForConfigOrDie(speaking(config, "application/json"))
}

func makeNamespace(ctx context.Context, config *rest.Config, i int) (string, error) {
	name := fmt.Sprintf("talk-%d", i)
	core := typed(config).CoreV1()
	_, err := core.Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	_, err = core.ServiceAccounts(name).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
	return name, err
}

func configMaps(ctx context.Context, config *rest.Config, namespace string) error {
	maps := typed(config).CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "c", Labels: map[string]string{"a": "b"}},
		Data:       map[string]string{"key": "täxt"},
		BinaryData: map[string][]byte{"raw": {0, 1, 255}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	got, err := maps.Get(ctx, "c", metav1.GetOptions{})
	if err != nil {
		return err
	}
	other, err := asJSON(config).CoreV1().ConfigMaps(namespace).Get(ctx, "c", metav1.GetOptions{})
	if err := sameAsJSON(got, other, err); err != nil {
		return err
	}
	made.Data["more"] = "x"
	updated, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	patched, err := maps.Patch(ctx, "c", types.StrategicMergePatchType, []byte(`{"data":{"key":null}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "a=b"})
	if err != nil {
		return err
	}
	uid := made.UID
	return first(
		want("binary data", bytes.Equal(updated.BinaryData["raw"], []byte{0, 1, 255}), true),
		want("data after the patch", fmt.Sprint(patched.Data), "map[more:x]"),
		want("listed", len(list.Items), 1),
		want("the list's item", list.Items[0].ResourceVersion, patched.ResourceVersion),
		maps.Delete(ctx, "c", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}),
		maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}),
	)
}

func pods(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config).CoreV1().Pods(namespace)
	grace := int64(0)
	pod, err := client.Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p"},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{{
				Name:  "c",
				Image: "app:1",
				Env:   []corev1.EnvVar{{Name: "A", Value: "1"}},
				Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
					corev1.ResourceCPU: resource.MustParse("250m"), corev1.ResourceMemory: resource.MustParse("64Mi"),
				}},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}}
	pod.Status.Phase = corev1.PodRunning
	if pod, err = client.UpdateStatus(ctx, pod, metav1.UpdateOptions{}); err != nil {
		return err
	}
	got, err := asJSON(config).CoreV1().Pods(namespace).Get(ctx, "p", metav1.GetOptions{})
	return first(
		sameAsJSON(pod, got, err),
		want("requests", pod.Spec.Containers[0].Resources.Requests.Cpu().String(), "250m"),
		want("phase", pod.Status.Phase, corev1.PodRunning),
		client.Delete(ctx, "p", metav1.DeleteOptions{GracePeriodSeconds: &grace}),
	)
}

func deployments(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config).AppsV1().Deployments(namespace)
	labels := map[string]string{"app": "shop"}
	two := int32(2)
	made, err := client.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "d"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &two,
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
	scale, err := client.GetScale(ctx, "d", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := want("replicas", scale.Spec.Replicas, two); err != nil {
		return err
	}
	scaled, err := client.UpdateScale(ctx, "d", &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: "d"}, Spec: autoscalingv1.ScaleSpec{Replicas: 5},
	}, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	now, err := client.Get(ctx, "d", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return first(
		want("scaled", scaled.Spec.Replicas, 5),
		want("generation", now.Generation, made.Generation+1),
		want("surge", now.Spec.Strategy.RollingUpdate.MaxSurge.String(), "25%"),
	)
}

func leases(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config).CoordinationV1().Leases(namespace)
	holder, at := "me", metav1.NowMicro()
	lease, err := client.Create(ctx, &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: "l"},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, RenewTime: &at},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return first(
		want("holder", *lease.Spec.HolderIdentity, holder),
		want("microseconds", lease.Spec.RenewTime.UnixMicro(), at.UnixMicro()),
	)
}

func secrets(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config).CoreV1().Secrets(namespace)
	immutable := true
	secret, err := client.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "s-"}, Immutable: &immutable, Data: map[string][]byte{"k": []byte("v")},
		StringData: map[string]string{"s": "t"},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	secret.Data["k"] = []byte("w")
	_, err = client.Update(ctx, secret, metav1.UpdateOptions{})
	return first(
		want("string data", string(secret.Data["s"]), "t"),
		want("immutable", apierrors.IsInvalid(err), true),
	)
}

func requests(ctx context.Context, config *rest.Config, namespace string) error {
	client := typed(config)
	token, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	review, err := client.AuthenticationV1().TokenReviews().Create(ctx, &authenticationv1.TokenReview{
		Spec: authenticationv1.TokenReviewSpec{Token: token.Status.Token},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	access, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "get", Resource: "pods"}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "app:1"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return first(
		want("the token's user", review.Status.User.Username, "system:serviceaccount:"+namespace+":default"),
		want("allowed", access.Status.Allowed, true),
		client.CoreV1().Pods(namespace).EvictV1(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "p"}}),
	)
}

func refusals(ctx context.Context, config *rest.Config, namespace string) error {
	maps := typed(config).CoreV1().ConfigMaps(namespace)
	_, missing := maps.Get(ctx, "none", metav1.GetOptions{})
	_, invalid := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "A B"}}, metav1.CreateOptions{})
	var status apierrors.APIStatus
	if !errors.As(invalid, &status) {
		return fmt.Errorf("no status: %v", invalid)
	}
	return first(
		want("missing", apierrors.IsNotFound(missing), true),
		want("message", missing.Error(), `configmaps "none" not found`),
		want("invalid", apierrors.IsInvalid(invalid), true),
		want("the field", status.Status().Details.Causes[0].Field, "metadata.name"),
	)
}

func applies(ctx context.Context, config *rest.Config, namespace string) error {
	maps := typed(config).CoreV1().ConfigMaps(namespace)
	configured := applycorev1.ConfigMap("a", namespace).WithData(map[string]string{"k": "1"})
	if _, err := maps.Apply(ctx, configured, metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return err
	}
	configured.Data["k"] = "2"
	_, err := maps.Apply(ctx, configured, metav1.ApplyOptions{FieldManager: "two"})
	if !apierrors.IsConflict(err) {
		return fmt.Errorf("no conflict: %v", err)
	}
	forced, err := maps.Apply(ctx, configured, metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	extracted, err := applycorev1.ExtractConfigMap(forced, "two")
	if err != nil {
		return err
	}
	return want("what two has", extracted.Data["k"], "2")
}

// Command operator runs an operator on controller-runtime against the API server of $KUBECONFIG, acts as its user, and prints
// what came of it: `ok NAME`, or `not ok NAME: why`.
//
// The operator defines a kind, Ship, and keeps a Deployment for each: applied on the server, owned by the ship, deleted with it
// by a finalizer, told of in an event and in the ship's status.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const namespace = "operator"

func main() {
	ctrl.SetLogger(zap.New())
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Println("not ok operator:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	scheme := runtime.NewScheme()
	builder := runtime.NewSchemeBuilder(clientgoscheme.AddToScheme, addToScheme, addCargo)
	if err := builder.AddToScheme(scheme); err != nil {
		return err
	}
	config := ctrl.GetConfigOrDie()
	user, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	if err := user.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return err
	}
	if err := define(ctx, user); err != nil {
		return err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "operator.example.com",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	if err := setUp(ctx, manager); err != nil {
		return err
	}
	managing, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(managing) }()
	select {
	case <-manager.Elected():
	case err := <-ended:
		return fmt.Errorf("it never led: %w", err)
	}
	failed := false
	for _, s := range stories {
		if err := s.tell(ctx, user, manager); err != nil {
			failed = true
			fmt.Printf("not ok %s: %v\n", s.name, err)
			continue
		}
		fmt.Println("ok", s.name)
	}
	stop()
	if err := <-ended; err != nil {
		return err
	}
	if failed {
		return errors.New("not all of it")
	}
	fmt.Println("ok it ends and gives its lease back")
	return nil
}

type story struct {
	name string
	tell func(ctx context.Context, user client.Client, manager ctrl.Manager) error
}

var stories = []story{
	{"what is asked for is made", isMade},
	{"what makes no sense is refused by its definition", isRefused},
	{"what was changed by hand is put right", isPutRight},
	{"a change is followed", isFollowed},
	{"an index finds what has a label", isIndexed},
	{"events are recorded", isRecorded},
	{"what is deleted is cleaned up after", isCleanedUp},
	{"a webhook converts between hub and spoke", isConverted},
}

func isMade(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	asked := &Ship{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web"},
		Spec:       ShipSpec{Image: "registry.example/web:1"},
	}
	if err := user.Create(ctx, asked); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		var made appsv1.Deployment
		if err := user.Get(ctx, client.ObjectKeyFromObject(asked), &made); err != nil {
			return false, client.IgnoreNotFound(err)
		}
		if !metav1.IsControlledBy(&made, asked) {
			return false, fmt.Errorf("owned by %v", made.OwnerReferences)
		}
		if err := user.Get(ctx, client.ObjectKeyFromObject(asked), asked); err != nil {
			return false, err
		}
		// What isn't said has its default.
		return asked.Status.Image == made.Spec.Template.Spec.Containers[0].Image && *made.Spec.Replicas == 2, nil
	})
}

func isRefused(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	wrong := &Ship{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "wrong"}, Spec: ShipSpec{Image: "x", Replicas: -1}}
	if err := user.Create(ctx, wrong); !apierrors.IsInvalid(err) {
		return fmt.Errorf("not refused: %v", err)
	}
	return nil
}

func isPutRight(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	key := client.ObjectKey{Namespace: namespace, Name: "web"}
	var made appsv1.Deployment
	if err := user.Get(ctx, key, &made); err != nil {
		return err
	}
	before := made.DeepCopy()
	made.Spec.Template.Spec.Containers[0].Image = "registry.example/other:1"
	if err := user.Patch(ctx, &made, client.StrategicMergeFrom(before)); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		err := user.Get(ctx, key, &made)
		return err == nil && made.Spec.Template.Spec.Containers[0].Image == "registry.example/web:1", err
	})
}

func isFollowed(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	key := client.ObjectKey{Namespace: namespace, Name: "web"}
	var asked Ship
	if err := user.Get(ctx, key, &asked); err != nil {
		return err
	}
	before := asked.DeepCopy()
	asked.Spec.Image = "registry.example/web:2"
	if err := user.Patch(ctx, &asked, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		var made appsv1.Deployment
		err := user.Get(ctx, key, &made)
		return err == nil && made.Spec.Template.Spec.Containers[0].Image == "registry.example/web:2", err
	})
}

func isIndexed(ctx context.Context, _ client.Client, manager ctrl.Manager) error {
	return until(ctx, func() (bool, error) {
		var found ShipList
		err := manager.GetClient().List(ctx, &found, client.InNamespace(namespace), client.MatchingFields{index: "registry.example/web:2"})
		return err == nil && len(found.Items) == 1, err
	})
}

func isRecorded(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	return until(ctx, func() (bool, error) {
		var events corev1.EventList
		err := user.List(ctx, &events, client.InNamespace(namespace), client.MatchingFields{"involvedObject.name": "web", "reason": "Applied"})
		return err == nil && len(events.Items) > 0, err
	})
}

func isCleanedUp(ctx context.Context, user client.Client, _ ctrl.Manager) error {
	asked := &Ship{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web"}}
	if err := user.Delete(ctx, asked); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		for _, object := range []client.Object{&Ship{}, &appsv1.Deployment{}} {
			if err := user.Get(ctx, client.ObjectKeyFromObject(asked), object); !apierrors.IsNotFound(err) {
				return false, err
			}
		}
		return true, nil
	})
}

func until(ctx context.Context, holds func() (bool, error)) error {
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 15*time.Second, true, func(context.Context) (bool, error) { return holds() })
}

package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

const (
	finalizer = "operator.example.com/deployment"
	index     = "spec.image"
)

type reconciler struct {
	client.Client
	recorder events.EventRecorder
}

func setUp(ctx context.Context, manager ctrl.Manager) error {
	err := manager.GetFieldIndexer().IndexField(ctx, &Ship{}, index, func(object client.Object) []string {
		return []string{object.(*Ship).Spec.Image}
	})
	if err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(manager).
		For(&Ship{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&appsv1.Deployment{}).
		Complete(&reconciler{manager.GetClient(), manager.GetEventRecorder("operator")})
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var asked Ship
	if err := r.Get(ctx, request.NamespacedName, &asked); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !asked.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.cleanUp(ctx, &asked)
	}
	if controllerutil.AddFinalizer(&asked, finalizer) {
		if err := r.Update(ctx, &asked); err != nil {
			return ctrl.Result{}, err
		}
	}
	if err := r.Apply(ctx, deploymentFor(&asked), client.FieldOwner("operator"), client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	if asked.Status.Image == asked.Spec.Image {
		return ctrl.Result{}, nil
	}
	before := asked.DeepCopy()
	asked.Status.Image = asked.Spec.Image
	if err := r.Status().Patch(ctx, &asked, client.MergeFrom(before)); err != nil {
		return ctrl.Result{}, err
	}
	r.recorder.Eventf(&asked, nil, corev1.EventTypeNormal, "Applied", "Apply", "applied %s", asked.Spec.Image)
	return ctrl.Result{}, nil
}

func (r *reconciler) cleanUp(ctx context.Context, asked *Ship) error {
	owned := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: asked.Namespace, Name: asked.Name}}
	if err := client.IgnoreNotFound(r.Delete(ctx, owned)); err != nil {
		return err
	}
	if controllerutil.RemoveFinalizer(asked, finalizer) {
		return r.Update(ctx, asked)
	}
	return nil
}

func deploymentFor(asked *Ship) *applyappsv1.DeploymentApplyConfiguration {
	labels := map[string]string{"app": asked.Name}
	owner := applymetav1.OwnerReference().WithAPIVersion(group.String()).WithKind("Ship").WithName(asked.Name).WithUID(asked.UID).
		WithController(true).WithBlockOwnerDeletion(true)
	return applyappsv1.Deployment(asked.Name, asked.Namespace).WithOwnerReferences(owner).WithSpec(applyappsv1.DeploymentSpec().
		WithReplicas(asked.Spec.Replicas).
		WithSelector(applymetav1.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(applycorev1.PodTemplateSpec().WithLabels(labels).WithSpec(applycorev1.PodSpec().
			WithContainers(applycorev1.Container().WithName("main").WithImage(asked.Spec.Image)))))
}

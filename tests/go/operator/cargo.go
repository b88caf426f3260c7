package main

import (
	"fmt"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
)

var groupV2 = schema.GroupVersion{Group: group.Group, Version: "v2"}

// Cargo says in v1 how much it weighs in kilograms; this version is stored, and all others are converted to it.
type Cargo struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              CargoSpec `json:"spec,omitempty"`
}

type CargoSpec struct {
	Kilograms int64  `json:"kilograms,omitempty"`
	From      string `json:"from,omitempty"`
}

func (*Cargo) Hub() {}

// CargoV2 says it with a unit.
type CargoV2 struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              CargoV2Spec `json:"spec,omitempty"`
}

type CargoV2Spec struct {
	Weight string `json:"weight,omitempty"`
	From   string `json:"from,omitempty"`
}

func (c *CargoV2) ConvertTo(hub conversion.Hub) error {
	out := hub.(*Cargo)
	out.ObjectMeta = c.ObjectMeta
	kilograms, err := strconv.ParseInt(strings.TrimSuffix(c.Spec.Weight, "kg"), 10, 64)
	if err != nil {
		return fmt.Errorf("no weight: %q", c.Spec.Weight)
	}
	out.Spec = CargoSpec{Kilograms: kilograms, From: c.Spec.From}
	return nil
}

func (c *CargoV2) ConvertFrom(hub conversion.Hub) error {
	in := hub.(*Cargo)
	c.ObjectMeta = in.ObjectMeta
	c.Spec = CargoV2Spec{Weight: fmt.Sprintf("%dkg", in.Spec.Kilograms), From: in.Spec.From}
	return nil
}

type CargoV2List struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CargoV2 `json:"items"`
}

func (c *Cargo) DeepCopyObject() runtime.Object {
	out := *c
	c.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

func (c *CargoV2) DeepCopyObject() runtime.Object {
	out := *c
	c.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

func (l *CargoV2List) DeepCopyObject() runtime.Object {
	out := *l
	out.Items = nil
	for i := range l.Items {
		out.Items = append(out.Items, *l.Items[i].DeepCopyObject().(*CargoV2))
	}
	return &out
}

func addCargo(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(group, &Cargo{})
	scheme.AddKnownTypeWithName(groupV2.WithKind("Cargo"), &CargoV2{})
	scheme.AddKnownTypeWithName(groupV2.WithKind("CargoList"), &CargoV2List{})
	metav1.AddToGroupVersion(scheme, groupV2)
	return nil
}

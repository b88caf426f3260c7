// Command merge runs histories of applies and updates through Kubernetes' own field managers. It reads a history a line, as JSON,
// and prints for each what came of every step: the object with its managed fields, or the refusal.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
)

type step struct {
	Manager string         `json:"manager"`
	Apply   bool           `json:"apply"`
	Force   bool           `json:"force"`
	Object  map[string]any `json:"object"`
}

type history struct {
	// What an object of the kind says before anybody has said anything.
	Empty map[string]any `json:"empty"`
	Steps []step         `json:"steps"`
}

type outcome struct {
	Refused string                      `json:"refused,omitempty"`
	Object  map[string]any              `json:"object,omitempty"`
	Managed []metav1.ManagedFieldsEntry `json:"managed,omitempty"`
}

func main() {
	converter := applyconfigurations.NewTypeConverter(scheme.Scheme)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var h history
		if err := json.Unmarshal(in.Bytes(), &h); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		live := &unstructured.Unstructured{Object: h.Empty}
		kind := (&unstructured.Unstructured{Object: h.Steps[0].Object}).GroupVersionKind()
		live.SetGroupVersionKind(kind)
		same := asItIs{live.DeepCopy()}
		fields, err := managedfields.NewDefaultFieldManager(converter, same, same, same, kind, kind.GroupVersion(), "", nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		outcomes := make([]outcome, 0, len(h.Steps))
		for _, s := range h.Steps {
			next, err := take(fields, live, s)
			if err != nil {
				outcomes = append(outcomes, outcome{Refused: err.Error()})
				continue
			}
			outcomes = append(outcomes, outcome{Object: next.DeepCopy().Object, Managed: next.GetManagedFields()})
			live = next
			// From here on the object is one that is stored.
			live.SetResourceVersion("1")
			live.SetUID("1")
		}
		line, err := json.Marshal(outcomes)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(line, '\n'))
	}
}

// asItIs converts and fills nothing, and makes objects that say only what every object of the kind says.
type asItIs struct{ empty *unstructured.Unstructured }

func (asItIs) Default(runtime.Object) {}

func (a asItIs) New(schema.GroupVersionKind) (runtime.Object, error) { return a.empty.DeepCopy(), nil }

func (asItIs) Convert(in, out, _ any) error { return fmt.Errorf("no conversion of %T to %T", in, out) }

func (asItIs) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}

func (asItIs) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

func take(fields *managedfields.FieldManager, live *unstructured.Unstructured, s step) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{Object: wholeNumbers(s.Object).(map[string]any)}
	var next runtime.Object
	var err error
	if s.Apply {
		next, err = fields.Apply(live.DeepCopy(), object, s.Manager, s.Force)
	} else {
		next, err = fields.Update(live.DeepCopy(), object, s.Manager)
	}
	if err != nil {
		return nil, err
	}
	return next.(*unstructured.Unstructured), nil
}

// wholeNumbers makes integers of numbers that are some, as reading an object does.
func wholeNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k, member := range v {
			v[k] = wholeNumbers(member)
		}
	case []any:
		for i, item := range v {
			v[i] = wholeNumbers(item)
		}
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	}
	return value
}

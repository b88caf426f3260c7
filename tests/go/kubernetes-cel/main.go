// Command kubernetes-cel compiles and evaluates expressions as a kube-apiserver does: over plain variables, as rules in schemas, or
// to select devices. It reads questions, as JSON, and prints what came of each.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	dracel "k8s.io/dynamic-resource-allocation/cel"
)

type question struct {
	Expression string                                    `json:"expression"`
	Variables  map[string]interface{}                    `json:"variables"`
	Device     string                                    `json:"device"`
	Definition *apiextensionsv1.CustomResourceDefinition `json:"definition"`
	Schema     *apiextensionsv1.JSONSchemaProps          `json:"schema"`
	Object     interface{}                               `json:"object"`
	OldObject  interface{}                               `json:"oldObject"`
}

type answer struct {
	Problem string   `json:"problem,omitempty"`
	Type    string   `json:"type,omitempty"`
	Min     float64  `json:"min"`
	Max     float64  `json:"max"`
	Cost    uint64   `json:"cost"`
	Error   string   `json:"error,omitempty"`
	Value   string   `json:"value"`
	Errors  []string `json:"errors,omitempty"`
	Budget  int64    `json:"budget,omitempty"`
}

func main() {
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := json.NewEncoder(os.Stdout)
	base := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	variables := []cel.EnvOption{
		cel.Variable("x", cel.DynType), cel.Variable("s", cel.StringType), cel.Variable("l", cel.ListType(cel.IntType)),
		cel.Variable("m", cel.MapType(cel.StringType, cel.IntType)),
	}
	set, err := base.Extend(environment.VersionedOptions{IntroducedVersion: version.MajorMinor(1, 0), EnvOptions: variables})
	if err != nil {
		panic(err)
	}
	for in.More() {
		var q question
		if err := in.Decode(&q); err != nil {
			panic(err)
		}
		switch {
		case q.Definition != nil:
			out.Encode(ofDefinition(q.Definition))
		case q.Schema != nil:
			out.Encode(ofRules(q))
		case q.Device != "":
			out.Encode(ofDevice(q.Device))
		default:
			out.Encode(ofExpression(set.NewExpressionsEnv(), q))
		}
	}
}

func ofExpression(env *cel.Env, q question) (a answer) {
	ast, issues := env.Compile(q.Expression)
	if issues != nil {
		a.Problem = issues.String()
		return
	}
	a.Type = ast.OutputType().String()
	estimate, err := env.EstimateCost(ast, &library.CostEstimator{})
	if err != nil {
		a.Problem = err.Error()
		return
	}
	a.Min, a.Max = float64(estimate.Min), float64(estimate.Max)
	program, err := env.Program(ast)
	if err != nil {
		a.Problem = err.Error()
		return
	}
	variables, _ := whole(q.Variables).(map[string]interface{})
	value, details, err := program.ContextEval(context.Background(), variables)
	if details != nil && details.ActualCost() != nil {
		a.Cost = *details.ActualCost()
	}
	if err != nil {
		a.Error = err.Error()
		return
	}
	a.Value = textOf(value)
	return
}

// Plain values as Go prints them; of others only the type.
func textOf(v ref.Val) string {
	switch v := v.(type) {
	case types.Bool, types.Int, types.Uint, types.String, types.Double:
		return fmt.Sprint(v.Value())
	}
	return v.Type().TypeName()
}

func ofDefinition(definition *apiextensionsv1.CustomResourceDefinition) (a answer) {
	internal := &apiextensions.CustomResourceDefinition{}
	apiextensionsv1.SetDefaults_CustomResourceDefinition(definition)
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(definition, internal, nil); err != nil {
		panic(err)
	}
	for _, e := range validation.ValidateCustomResourceDefinition(context.Background(), internal) {
		a.Errors = append(a.Errors, e.Error())
	}
	return
}

func ofRules(q question) (a answer) {
	internal := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(q.Schema, internal, nil); err != nil {
		panic(err)
	}
	structural, err := schema.NewStructural(internal)
	if err != nil {
		a.Problem = err.Error()
		return
	}
	validator := schemacel.NewValidator(structural, true, celconfig.PerCallLimit)
	errs, budget := validator.Validate(context.Background(), nil, structural, whole(q.Object), whole(q.OldObject), celconfig.RuntimeCELCostBudget)
	for _, e := range errs {
		a.Errors = append(a.Errors, e.Error())
	}
	a.Budget = budget
	return
}

// Whole numbers are integers, as an API server decodes them.
func whole(v interface{}) interface{} {
	switch v := v.(type) {
	case map[string]interface{}:
		for k, x := range v {
			v[k] = whole(x)
		}
	case []interface{}:
		for i, x := range v {
			v[i] = whole(x)
		}
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	}
	return v
}

func ofDevice(selector string) (a answer) {
	r := dracel.GetCompiler(dracel.Features{EnableConsumableCapacity: true}).CompileCELExpression(selector, dracel.Options{})
	if r.Error != nil {
		a.Problem = r.Error.Detail
		return
	}
	a.Type = r.OutputType.String()
	a.Max = float64(r.MaxCost)
	return
}

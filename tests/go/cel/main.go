// Command cel compiles and evaluates expressions with cel-go, configured as Kubernetes does. It reads an expression a line, as JSON,
// and prints for each what came of it: the report of what is wrong with it, or its type, its value or error, and its cost.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
)

type outcome struct {
	Issues string  `json:"issues,omitempty"`
	Type   string  `json:"type,omitempty"`
	Value  string  `json:"value,omitempty"`
	Error  string  `json:"error,omitempty"`
	Cost   *uint64 `json:"cost,omitempty"`
	// Crash is what upstream itself stumbled over.
	Crash string `json:"crash,omitempty"`
}

var thing = cel.ObjectType("Thing")

// provider knows the one object type of these tests.
type provider struct{ types.Provider }

var fields = map[string]*cel.Type{
	"name": cel.StringType, "count": cel.IntType, "tags": cel.ListType(cel.StringType),
	"labels": cel.MapType(cel.StringType, cel.StringType), "inner": thing, "any": cel.DynType,
	"things": cel.ListType(thing),
}

func (p provider) FindStructType(name string) (*cel.Type, bool) {
	if name == "Thing" {
		return types.NewTypeTypeWithParam(thing), true
	}
	return p.Provider.FindStructType(name)
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if name != "Thing" {
		return p.Provider.FindStructFieldNames(name)
	}
	names := []string{}
	for field := range fields {
		names = append(names, field)
	}
	return names, true
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name != "Thing" {
		return p.Provider.FindStructFieldType(name, field)
	}
	t, ok := fields[field]
	return &types.FieldType{Type: t}, ok
}

func environment(kubernetes bool) *cel.Env {
	options := []cel.EnvOption{
		cel.DefaultUTCTimeZone(true), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.TwoVarComprehensions(), ext.Bindings(),
		cel.CostEstimatorOptions(checker.PresenceTestHasCost(false)),
		cel.Variable("i", cel.IntType), cel.Variable("u", cel.UintType), cel.Variable("d", cel.DoubleType), cel.Variable("b", cel.BoolType),
		cel.Variable("s", cel.StringType), cel.Variable("y", cel.BytesType), cel.Variable("x", cel.DynType),
		cel.Variable("li", cel.ListType(cel.IntType)), cel.Variable("ls", cel.ListType(cel.StringType)),
		cel.Variable("msi", cel.MapType(cel.StringType, cel.IntType)), cel.Variable("lx", cel.ListType(cel.DynType)),
		cel.Variable("t", cel.TimestampType), cel.Variable("r", cel.DurationType),
		cel.Variable("oi", cel.OptionalType(cel.IntType)),
	}
	if kubernetes {
		options = append(options, cel.HomogeneousAggregateLiterals(), cel.ASTValidators(cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals()))
	}
	base, err := cel.NewEnv(options...)
	must(err)
	env, err := base.Extend(cel.CustomTypeProvider(provider{base.CELTypeProvider()}), cel.Variable("o", thing))
	must(err)
	return env
}

var variables = map[string]any{
	"i": int64(5), "u": uint64(7), "d": 2.5, "b": true, "s": "héllo wörld", "y": []byte("bytes"),
	"x":  map[string]any{"a": int64(1), "b": "two", "c": []any{int64(1), "2", 3.5, nil}, "d": map[string]any{"e": true}, "n": nil},
	"li": []int64{3, 1, 2}, "ls": []string{"b", "a", "c"}, "msi": map[string]int64{"one": 1, "two": 2},
	"lx": []any{int64(1), "s", 2.5, true, nil, []any{int64(1)}, map[string]any{"k": "v"}},
	"t":  time.Date(2024, 2, 29, 23, 59, 58, 123456789, time.UTC), "r": 90*time.Minute + 1500*time.Millisecond,
	"o": map[string]any{"name": "first", "count": int64(3), "tags": []any{"x", "y"}, "labels": map[string]any{"app": "web", "tier": "front"},
		"any":    map[string]any{"deep": []any{int64(1), int64(2)}},
		"inner":  map[string]any{"name": "second", "count": int64(4)},
		"things": []any{map[string]any{"name": "a", "count": int64(1)}, map[string]any{"name": "b"}}},
	"oi": types.OptionalOf(types.Int(9)),
}

func run(env *cel.Env, expr string) (out outcome) {
	defer func() {
		if crash := recover(); crash != nil {
			out = outcome{Crash: fmt.Sprint(crash)}
		}
	}()
	ast, issues := env.Compile(expr)
	if issues.Err() != nil {
		return outcome{Issues: issues.String()}
	}
	out.Type = checker.FormatCELType(ast.OutputType())
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize, cel.OptTrackCost), cel.CostLimit(1000000),
		cel.CostTrackerOptions(interpreter.PresenceTestHasCost(false)))
	if err != nil {
		out.Error = "program: " + err.Error()
		return out
	}
	value, details, err := program.Eval(variables)
	if details != nil {
		out.Cost = details.ActualCost()
	}
	if err != nil {
		out.Error = err.Error()
		if strings.HasPrefix(out.Error, "internal error: ") {
			out.Crash = out.Error
		}
		return out
	}
	out.Value = format(value)
	return out
}

// format writes a value so that another language can write the same.
func format(value ref.Val) string {
	switch v := value.(type) {
	case types.Double:
		if math.IsNaN(float64(v)) {
			return "double:nan"
		}
		return fmt.Sprintf("double:%016x", math.Float64bits(float64(v)))
	case types.Int:
		return fmt.Sprintf("%d", int64(v))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(v))
	case types.String:
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		must(encoder.Encode(string(v)))
		return strings.TrimSpace(text.String())
	case types.Bytes:
		return fmt.Sprintf("bytes:%x", []byte(v))
	case types.Null:
		return "null"
	case types.Bool:
		return fmt.Sprintf("%v", bool(v))
	case types.Timestamp:
		return fmt.Sprintf("timestamp:%d.%09d", v.Unix(), v.Nanosecond())
	case types.Duration:
		return fmt.Sprintf("duration:%d", v.Nanoseconds())
	case *types.Optional:
		if !v.HasValue() {
			return "none"
		}
		return "some(" + format(v.GetValue()) + ")"
	case ref.Type:
		return "type:" + v.TypeName()
	case traits.Lister:
		parts := []string{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			parts = append(parts, format(it.Next()))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case traits.Mapper:
		parts := []string{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			parts = append(parts, format(key)+":"+format(v.Get(key)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ",") + "}"
	}
	return fmt.Sprintf("%T", value)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	plain, kubernetes := environment(false), environment(true)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var question struct {
			Expr       string `json:"expr"`
			Kubernetes bool   `json:"kubernetes"`
		}
		must(json.Unmarshal(in.Bytes(), &question))
		env := plain
		if question.Kubernetes {
			env = kubernetes
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		must(encoder.Encode(run(env, question.Expr)))
	}
	must(in.Err())
}

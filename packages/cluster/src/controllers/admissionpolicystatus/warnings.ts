import type { ExpressionWarning, ValidatingAdmissionPolicy } from '@tiphys/sdk/api';
import { PolicyTypeCheck, type StructuralSchema } from '@tiphys/sdk/cel';
import type { KindName } from './kinds-about.ts';

export interface Known {
  /** The kinds that a policy is about; those without a schema can't be checked against. */
  readonly kinds: readonly { readonly kind: KindName; readonly schema: StructuralSchema | undefined }[];
  /** Of the parameters: nothing where it takes none, null where nobody knows their schema. */
  readonly params: StructuralSchema | null | undefined;
}

/** What of a policy doesn't fit the kinds that it is about, by expression. */
export function warningsOf({ spec }: ValidatingAdmissionPolicy, { kinds, params }: Known): ExpressionWarning[] {
  const checks = kinds.flatMap(({ kind, schema }) =>
    schema
      ? [
          {
            name: nameOf(kind),
            check: new PolicyTypeCheck({ variables: spec.variables ?? [], object: schema, params }),
          },
        ]
      : [],
  );
  const about = (fieldRef: string, expression: string | undefined): ExpressionWarning[] => {
    if (!expression) return [];
    const found = checks.flatMap(({ name, check }) => {
      const report = check.report(expression);
      return report === undefined ? [] : [`${name}: ${report}\n`];
    });
    return found.length ? [{ fieldRef, warning: found.join('\n') }] : [];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
    ...about(`spec.validations[${i}].expression`, expression),
    ...about(`spec.validations[${i}].messageExpression`, messageExpression),
  ]);
}

const nameOf = ({ group, version, kind }: KindName): string => `${group ? `${group}/` : '/'}${version}, Kind=${kind}`;

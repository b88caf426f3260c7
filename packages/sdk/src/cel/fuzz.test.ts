import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, fuzzOptions } from '../testing/index.ts';
import { compile, program } from './compile.ts';
import { readDynamic } from './json-values.ts';
import { baseEnv, kubernetesCosts } from './kubernetes/index.ts';
import { estimateCost } from './kubernetes/static-cost.ts';
import { PlanError } from './program.ts';
import { types } from './types.ts';

const pieces = (text: string): readonly string[] => text.split(' ');
const words = [
  ...pieces('self . , ( ) [ ] { } : ? ! - + * / % < <= == != > >= && || in has( size( all( exists( map( filter('),
  ...pieces(
    String.raw`x y 1 1u 2.5 -9223372036854775808 0x1F 'a' "b" r'\\' b'\xff' """t""" true null int( uint( double(`,
  ),
  ...pieces('string( bytes( duration( timestamp( type( dyn( matches( startsWith( split( join( format( quantity( url('),
  ...pieces(
    "ip( cidr( semver( find( optional.of( .?a [? cel.bind( sortBy( '1h' '%d' '2001-01-01T00:00:00Z' .getHours()",
  ),
  ...pieces('.orValue(1) transformList( lowerAscii( isSorted( sum( self.list self.map self.text self.number'),
  ' ',
  '\n',
  '// c\n',
];

const env = baseEnv().extend({ variables: [{ name: 'self', type: types.dyn }] });
const self = readDynamic.read({ list: [3, 1, 2], map: { a: 1, b: 'x' }, text: 'text ä', number: 7, none: null });
const budget = 100_000;
const sizeAt = () => ({ min: 0, max: 100 });

test('expressions are compiled or refused with a report, and evaluate within their budget', () => {
  const check = (input: Buffer) => {
    const text = input.toString();
    const { ast, issues } = compile(env, text);
    if (!ast) return assert.ok(issues.length > 0);
    const { min, max } = estimateCost(ast, { sizeAt, estimate: kubernetesCosts });
    assert.ok(min <= max && min >= 0, `${min} to ${max}`);
    try {
      const { cost } = program(env, ast).eval(new Map([['self', self]]), { budget });
      assert.ok(cost >= 0 && Number.isSafeInteger(cost));
    } catch (err) {
      if (!(err instanceof PlanError)) throw err;
    }
  };
  return fuzz(
    { corpus: new URL('../../src/cel/corpus/expressions.txt', import.meta.url), words, check },
    fuzzOptions(process.env),
  );
});

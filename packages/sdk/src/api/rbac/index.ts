export * from './clusterrole.ts';
export * from './clusterrolebinding.ts';
export * from './policy-rule.ts';
export * from './role.ts';
export * from './rolebinding.ts';

export * from './access-review-spec.ts';
export * from './selfsubjectaccessreview.ts';
export * from './selfsubjectrulesreview.ts';
export * from './subjectaccessreview.ts';

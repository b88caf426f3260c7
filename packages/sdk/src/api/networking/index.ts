export { ingressClassAnnotation } from './ingress-rules.ts';
export * from './ingress.ts';
export * from './ingressclass.ts';
export * from './ipaddress.ts';
export * from './networkpolicy.ts';
export * from './servicecidr.ts';

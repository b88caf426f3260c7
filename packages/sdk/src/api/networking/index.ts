export * from './ingress.ts';
export * from './ingressclass.ts';
export * from './ipaddress.ts';
export * from './networkpolicy.ts';
export * from './servicecidr.ts';

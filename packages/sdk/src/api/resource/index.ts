export * from './device-claim.ts';
export * from './device.ts';
export * from './deviceclass.ts';
export * from './devicetaintrule.ts';
export * from './resourceclaim.ts';
export * from './resourceclaimtemplate.ts';
export * from './resourceslice.ts';

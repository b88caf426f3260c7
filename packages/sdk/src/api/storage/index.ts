export * from './csidriver.ts';
export * from './csinode.ts';
export * from './csistoragecapacity.ts';
export * from './storageclass.ts';
export * from './volumeattachment.ts';
export * from './volumeattributesclass.ts';

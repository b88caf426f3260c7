export * from './certificatesigningrequest.ts';

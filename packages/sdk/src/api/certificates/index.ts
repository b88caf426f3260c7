export * from './certificate-request.ts';
export * from './certificatesigningrequest.ts';
export * from './clustertrustbundle.ts';
export * from './distinguished-name.ts';
export * from './podcertificaterequest.ts';
export * from './signingrequest-spec.ts';

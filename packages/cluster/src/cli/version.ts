/** The Kubernetes that we are. */
export const version = 'v1.36.3';

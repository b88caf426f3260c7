/** How the API server reaches services of the cluster: webhooks that are asked, extension servers that requests are passed on to. */
export {
  atEndpoints,
  atServiceAddress,
  type Reached,
  serviceName,
  type ServicePort,
  type ServiceRoute,
  withLoopback,
} from './route.ts';

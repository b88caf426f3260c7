export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const headlessLabel = 'service.kubernetes.io/headless';

const reserved = new Set([serviceNameLabel, managedByLabel, headlessLabel]);

/** The labels of the object that slices are made for, with those that say what the slices are. */
export const sliceLabels = (
  labels: Readonly<Record<string, string>> | undefined,
  { service, manager, headless }: { service: string; manager: string; headless: boolean },
): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !reserved.has(name))),
  ...(headless && { [headlessLabel]: '' }),
  [serviceNameLabel]: service,
  [managedByLabel]: manager,
});

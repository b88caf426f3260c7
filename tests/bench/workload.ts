/** The objects that are made again and again: ConfigMaps of 1 KiB, and Pods that nobody schedules. */
export const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { k: 'x'.repeat(1024) },
});

export const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'bench' } },
  spec: {
    schedulerName: 'none',
    containers: [
      {
        name: 'main',
        image: 'registry.example/app:1',
        env: [{ name: 'A', value: 'b' }],
        ports: [{ containerPort: 80 }],
        resources: { requests: { cpu: '100m', memory: '64Mi' } },
        readinessProbe: { httpGet: { path: '/healthz', port: 80 } },
      },
    ],
  },
});

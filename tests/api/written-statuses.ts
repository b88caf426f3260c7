type Status = Readonly<Record<string, unknown>>;

const condition = (type: string): Status => ({
  conditions: [{ type, status: 'True', reason: 'Seen', message: 'so', lastTransitionTime: '2026-01-01T00:00:00Z' }],
});
const reachable = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
const counted = { replicas: 1 };

/** What may be said of a minimal object's status, by the object's kind. */
export const writtenStatuses: Readonly<Record<string, Status>> = {
  APIService: condition('Seen'),
  CertificateSigningRequest: condition('Failed'),
  CronJob: { lastScheduleTime: '2026-01-01T00:00:00Z' },
  CustomResourceDefinition: condition('Seen'),
  DaemonSet: { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1 },
  Deployment: counted,
  DeviceTaintRule: condition('Seen'),
  FlowSchema: condition('Seen'),
  HorizontalPodAutoscaler: { currentReplicas: 1, desiredReplicas: 2 },
  Ingress: reachable,
  Job: { active: 1 },
  Namespace: condition('Seen'),
  Node: condition('Seen'),
  PersistentVolume: { phase: 'Available' },
  PersistentVolumeClaim: { phase: 'Lost' },
  Pod: { phase: 'Running' },
  PodCertificateRequest: condition('Denied'),
  PodDisruptionBudget: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
  PodGroup: condition('Seen'),
  PriorityLevelConfiguration: condition('Seen'),
  ReplicaSet: counted,
  ReplicationController: counted,
  ResourceClaim: {
    allocation: { devices: { results: [{ request: 'gpu', driver: 'gpu.example.com', pool: 'n', device: 'd' }] } },
  },
  ResourcePoolStatusRequest: { poolCount: 0 },
  ResourceQuota: { hard: { pods: '1' }, used: { pods: '0' } },
  Service: condition('Seen'),
  ServiceCIDR: condition('Seen'),
  StatefulSet: counted,
  StorageVersion: {
    storageVersions: [{ apiServerID: 'a', encodingVersion: 'v1', decodableVersions: ['v1'] }],
    commonEncodingVersion: 'v1',
  },
  StorageVersionMigration: condition('Running'),
  ValidatingAdmissionPolicy: condition('Seen'),
  VolumeAttachment: { attached: true },
};

/** What share of a kube-apiserver's CPU time, its etcd's included, the same work may take at most, both asked by one client in one run. */
export const budgets = {
  get: 0.173,
  configMap: 0.247,
  pod: 0.236,
  list: 0.169,
  watch20: 0.278,
  watch100: 0.538,
} as const;

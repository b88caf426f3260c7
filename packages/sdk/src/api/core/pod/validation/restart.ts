import type { Container, ContainerRestartRule } from '../container.ts';
import type { PodSpec } from '../pod-spec.ts';

/** Whether a container that ended with this code is started again. Its own rules go first, then its policy, then the pod's. */
export function shouldRestart(container: Container, { restartPolicy }: PodSpec, exitCode: number): boolean {
  const own = container.restartPolicy;
  if (own !== undefined && container.restartPolicyRules?.some((rule) => holds(rule, exitCode))) return true;
  const policy = own ?? restartPolicy;
  if (policy === 'OnFailure') return exitCode !== 0;
  return policy !== 'Never';
}

function holds({ exitCodes }: ContainerRestartRule, exitCode: number): boolean {
  if (!exitCodes) return false;
  const named = exitCodes.values?.includes(exitCode) ?? false;
  return exitCodes.operator === 'In' ? named : exitCodes.operator === 'NotIn' && !named;
}

import { s, type Struct } from '../../../schema/index.ts';
import { stopSignal } from './stop-signal.ts';

const execActionShape = s.struct('io.k8s.api.core.v1.ExecAction', {
  command: s.zero(1, s.list(s.str())),
});
export interface ExecAction extends s.Out<typeof execActionShape> {}
export interface ExecActionManifest extends s.In<typeof execActionShape> {}
export const execAction: Struct<ExecAction, ExecActionManifest> = execActionShape;

const httpHeaderShape = s.struct('io.k8s.api.core.v1.HTTPHeader', {
  name: s.req(1, s.str()),
  value: s.req(2, s.str()),
});
export interface HTTPHeader extends s.Out<typeof httpHeaderShape> {}
export interface HTTPHeaderManifest extends s.In<typeof httpHeaderShape> {}
export const httpHeader: Struct<HTTPHeader, HTTPHeaderManifest> = httpHeaderShape;

const httpGetActionShape = s.struct('io.k8s.api.core.v1.HTTPGetAction', {
  path: s.zero(1, s.str(), { fill: '/' }),
  port: s.req(2, s.intOrString()),
  host: s.zero(3, s.str()),
  scheme: s.zero(4, s.oneOf('HTTP', 'HTTPS'), { fill: 'HTTP' }),
  httpHeaders: s.zero(5, s.list(httpHeader)),
});
export interface HTTPGetAction extends s.Out<typeof httpGetActionShape> {}
export interface HTTPGetActionManifest extends s.In<typeof httpGetActionShape> {}
export const httpGetAction: Struct<HTTPGetAction, HTTPGetActionManifest> = httpGetActionShape;

const tcpSocketActionShape = s.struct('io.k8s.api.core.v1.TCPSocketAction', {
  port: s.req(1, s.intOrString()),
  host: s.zero(2, s.str()),
});
export interface TCPSocketAction extends s.Out<typeof tcpSocketActionShape> {}
export interface TCPSocketActionManifest extends s.In<typeof tcpSocketActionShape> {}
export const tcpSocketAction: Struct<TCPSocketAction, TCPSocketActionManifest> = tcpSocketActionShape;

const grpcActionShape = s.struct('io.k8s.api.core.v1.GRPCAction', {
  port: s.req(1, s.int32()),
  service: s.held(2, s.str(), { nullable: true, fill: '' }),
});
export interface GRPCAction extends s.Out<typeof grpcActionShape> {}
export interface GRPCActionManifest extends s.In<typeof grpcActionShape> {}
export const grpcAction: Struct<GRPCAction, GRPCActionManifest> = grpcActionShape;

const sleepActionShape = s.struct('io.k8s.api.core.v1.SleepAction', {
  seconds: s.req(1, s.int64()),
});
export interface SleepAction extends s.Out<typeof sleepActionShape> {}
export interface SleepActionManifest extends s.In<typeof sleepActionShape> {}
export const sleepAction: Struct<SleepAction, SleepActionManifest> = sleepActionShape;

const lifecycleHandlerShape = s.struct('io.k8s.api.core.v1.LifecycleHandler', {
  exec: s.opt(1, execAction),
  httpGet: s.opt(2, httpGetAction),
  tcpSocket: s.opt(3, tcpSocketAction),
  sleep: s.opt(4, sleepAction),
});
export interface LifecycleHandler extends s.Out<typeof lifecycleHandlerShape> {}
export interface LifecycleHandlerManifest extends s.In<typeof lifecycleHandlerShape> {}
export const lifecycleHandler: Struct<LifecycleHandler, LifecycleHandlerManifest> = lifecycleHandlerShape;

const lifecycleShape = s.struct('io.k8s.api.core.v1.Lifecycle', {
  postStart: s.opt(1, lifecycleHandler),
  preStop: s.opt(2, lifecycleHandler),
  stopSignal: s.opt(3, stopSignal),
});
export interface Lifecycle extends s.Out<typeof lifecycleShape> {}
export interface LifecycleManifest extends s.In<typeof lifecycleShape> {}
export const lifecycle: Struct<Lifecycle, LifecycleManifest> = lifecycleShape;

const probeShape = s.struct('io.k8s.api.core.v1.Probe', {
  ...s.embed(1, 'ProbeHandler', {
    exec: s.opt(1, execAction),
    httpGet: s.opt(2, httpGetAction),
    tcpSocket: s.opt(3, tcpSocketAction),
    grpc: s.opt(4, grpcAction),
  }),
  initialDelaySeconds: s.zero(2, s.int32()),
  timeoutSeconds: s.zero(3, s.int32(), { fill: 1 }),
  periodSeconds: s.zero(4, s.int32(), { fill: 10 }),
  successThreshold: s.zero(5, s.int32(), { fill: 1 }),
  failureThreshold: s.zero(6, s.int32(), { fill: 3 }),
  terminationGracePeriodSeconds: s.opt(7, s.int64()),
});
export interface Probe extends s.Out<typeof probeShape> {}
export interface ProbeManifest extends s.In<typeof probeShape> {}
export const probe: Struct<Probe, ProbeManifest> = probeShape;

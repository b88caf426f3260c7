import { s, type Struct } from '../../schema/index.ts';
import { extraValue } from './extra-value.ts';

const userInfoShape = s.struct('io.k8s.api.authentication.v1.UserInfo', {
  username: s.zero(1, s.str()),
  uid: s.zero(2, s.str()),
  groups: s.zero(3, s.list(s.str())),
  extra: s.zero(4, s.map(extraValue)),
});
export interface UserInfo extends s.Out<typeof userInfoShape> {}
export interface UserInfoManifest extends s.In<typeof userInfoShape> {}
export const userInfo: Struct<UserInfo, UserInfoManifest> = userInfoShape;

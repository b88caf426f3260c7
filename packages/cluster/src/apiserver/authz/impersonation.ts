import { StatusError } from '@tiphys/sdk/machinery';
import type { UserInfo } from '../context.ts';
import type { Action, Authorizer } from './authorizer.ts';
import { refusal } from './refusal.ts';

/** Who somebody wants to be taken for. */
export interface Identity {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const rememberedRequestors = 1024;

/**
 * Whether somebody may act as somebody else: by the old verb `impersonate`, which is good for any request, or by the
 * constrained ones, where both the identity (`impersonate:MODE`) and what is done under it (`impersonate-on:MODE:VERB`) must
 * be allowed. The way that last worked for a requestor is tried first; a refusal is that of the first way tried.
 */
export class Impersonation {
  readonly #authorizer: Authorizer;
  readonly #lastMode = new Map<string, Mode>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /** Rejects with 403 unless it may be; answers the groups that the way brings with it, and what it is called. */
  async check(user: UserInfo, wanted: Identity, request: Action): Promise<Pick<Mode, 'groups' | 'constraint'>> {
    const last = this.#lastMode.get(user.name);
    const fitting = modes.filter((m) => m.fits(wanted, user));
    const order = last && fitting.includes(last) ? [last, ...fitting.filter((m) => m !== last)] : fitting;
    let first: StatusError | undefined;
    for (const mode of order) {
      const refused = await this.#refused(mode.actions(user, wanted, request));
      if (!refused) {
        if (mode !== last) this.#remember(user.name, mode);
        return mode;
      }
      first ??= refused;
    }
    throw first ?? refusal(request, '');
  }

  async #refused(actions: Iterable<Action | StatusError>): Promise<StatusError | undefined> {
    for (const action of actions) {
      if (action instanceof StatusError) return action;
      const { decision, reason } = await this.#authorizer(action);
      if (decision !== 'allow') return refusal(action, reason);
    }
    return undefined;
  }

  #remember(name: string, mode: Mode): void {
    if (this.#lastMode.size >= rememberedRequestors) this.#lastMode.delete(this.#lastMode.keys().next().value!);
    this.#lastMode.set(name, mode);
  }
}

interface Mode {
  /** The verb that the way is, where it isn't the old one. */
  readonly constraint?: string;
  /** Groups of everybody who is impersonated this way. */
  readonly groups?: readonly string[];
  fits(wanted: Identity, user: UserInfo): boolean;
  /** What must be allowed, in the order in which it is asked; an error where something can't be at all. */
  actions(user: UserInfo, wanted: Identity, request: Action): Iterable<Action | StatusError>;
}

const nodePrefix = 'system:node:';
const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;
const newGroup = 'authentication.k8s.io';
const nodeNameExtra = 'authentication.kubernetes.io/node-name';

const onlyName = ({ uid, groups, extra }: Identity): boolean => !uid && !groups.length && !Object.keys(extra).length;
const about = (user: UserInfo, verb: string, resource: string, name: string): Action => ({
  user,
  verb,
  isResource: true,
  group: newGroup,
  resource,
  subresource: '',
  namespace: '',
  name,
  path: '',
  version: 'v1',
});
const under = (user: UserInfo, mode: string, request: Action): Action => ({
  ...request,
  user,
  verb: `impersonate-on:${mode}:${request.verb}`,
});

/** A service account that runs on a node and acts as that node, as agents do. */
const associatedNode: Mode = {
  constraint: 'impersonate:associated-node',
  groups: ['system:nodes'],
  fits: (wanted, user) =>
    wanted.name.startsWith(nodePrefix) &&
    onlyName(wanted) &&
    serviceAccount.test(user.name) &&
    user.extra[nodeNameExtra]?.[0] === wanted.name.slice(nodePrefix.length),
  *actions(user, _wanted, request) {
    yield under(user, 'associated-node', request);
    yield about(user, 'impersonate:associated-node', 'nodes', '*');
  },
};

const arbitraryNode: Mode = {
  constraint: 'impersonate:arbitrary-node',
  groups: ['system:nodes'],
  fits: (wanted) => wanted.name.startsWith(nodePrefix) && onlyName(wanted),
  *actions(user, { name }, request) {
    yield under(user, 'arbitrary-node', request);
    yield about(user, 'impersonate:arbitrary-node', 'nodes', name.slice(nodePrefix.length));
  },
};

const account: Mode = {
  constraint: 'impersonate:serviceaccount',
  fits: (wanted) => serviceAccount.test(wanted.name) && onlyName(wanted),
  *actions(user, wanted, request) {
    const [, namespace = '', name = ''] = serviceAccount.exec(wanted.name)!;
    yield under(user, 'serviceaccount', request);
    yield { ...about(user, 'impersonate:serviceaccount', 'serviceaccounts', name), namespace };
  },
};

const masters = 'system:masters';

const userInfo: Mode = {
  constraint: 'impersonate:user-info',
  fits: ({ name }) => !name.startsWith(nodePrefix) && !serviceAccount.test(name),
  *actions(user, wanted, request) {
    const verb = 'impersonate:user-info';
    yield under(user, 'user-info', request);
    yield about(user, verb, 'users', wanted.name);
    if (wanted.uid) yield about(user, verb, 'uids', wanted.uid);
    // Only the old way leads there.
    if (wanted.groups.includes(masters)) {
      yield refusal(about(user, verb, 'groups', masters), `impersonating the ${masters} group is not allowed`);
    }
    for (const name of wanted.groups) yield about(user, verb, 'groups', name);
    for (const [key, values] of Object.entries(wanted.extra)) {
      if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/.+$/.test(key)) {
        yield refusal(
          about(user, verb, 'userextras', ''),
          `impersonating an invalid key in extra is not allowed: extra.key: Invalid value: ${JSON.stringify(key)}: must be a domain-prefixed path (such as "acme.io/foo")`,
        );
      }
      for (const value of values) yield { ...about(user, verb, 'userextras', value), subresource: key };
    }
  },
};

const legacy: Mode = {
  fits: () => true,
  *actions(user, { name, uid, groups, extra }) {
    const verb = 'impersonate';
    const [, namespace, accountName = ''] = serviceAccount.exec(name) ?? [];
    if (namespace) yield { ...about(user, verb, 'serviceaccounts', accountName), group: '', namespace };
    else yield { ...about(user, verb, 'users', name), group: '' };
    if (uid) yield about(user, verb, 'uids', uid);
    for (const g of groups) yield { ...about(user, verb, 'groups', g), group: '' };
    for (const [key, values] of Object.entries(extra)) {
      for (const v of values) yield { ...about(user, verb, 'userextras', v), subresource: key };
    }
  },
};

const modes: readonly Mode[] = [associatedNode, arbitraryNode, account, userInfo, legacy];

/** Who answers: one member, always the leader. The numbers are fixed, since there is never another to tell it from. */
export const memberId = Number.parseInt(Buffer.from('tiphys').toString('hex'), 16);
export const raftTerm = 1;

export type ResponseHeader = (revision: number) => {
  readonly clusterId: number;
  readonly memberId: number;
  readonly revision: number;
  readonly raftTerm: number;
};

export const responseHeader: ResponseHeader = (revision) => ({ clusterId: memberId, memberId, revision, raftTerm });

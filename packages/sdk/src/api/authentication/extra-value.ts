import { s } from '../../schema/index.ts';

/** What somebody is told by besides name and groups: several values under each name. */
export const extraValue = s.plainList(s.str(), { goName: 'v1.ExtraValue' });

import type { Answer, LoadClient } from './load.ts';

/** All objects of a path in one answer. */
export async function listWhole(client: LoadClient, path: string): Promise<Answer> {
  const answer = await client.request('GET', path);
  if (answer.status !== 200) throw new Error(`the list was answered ${answer.status}`);
  return answer;
}

/** The same, page after page. */
export async function listPages(client: LoadClient, path: string, limit: number): Promise<Answer> {
  let token = '';
  do {
    const { text, status } = await client.request('GET', `${path}?limit=${limit}&continue=${token}`, { keep: true });
    if (status !== 200) throw new Error(`a page was answered ${status}: ${text}`);
    token = /"continue":"([^"]*)"/.exec(text.slice(0, 500))?.[1] ?? '';
  } while (token);
  return { status: 200, bytes: 0, text: '' };
}

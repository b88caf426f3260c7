import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { after, before, test } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import { type ServerProcess, startServer } from '../wire/api-server.ts';

let server: ServerProcess;
let connection: ClientHttp2Session;
before(async () => {
  server = await startServer(
    '--max-requests-inflight',
    '10',
    '--max-mutating-requests-inflight',
    '5',
    '--authorization-mode',
    'AlwaysAllow',
  );
  connection = connect(server.url, { rejectUnauthorized: false });
});
after(async () => {
  connection.destroy();
  await server.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const maps = '/api/v1/namespaces/default/configmaps';

async function ask(user: string, path: string, body?: object): Promise<Answer> {
  const stream = connection.request({
    ':method': body ? 'POST' : 'GET',
    ':path': path,
    'content-type': 'application/json',
    authorization: `Bearer ${server.token}`,
    ...(user && { 'impersonate-user': user }),
  });
  const answered = new Promise<IncomingHttpHeaders>((resolve, reject) =>
    stream.once('response', resolve).once('error', reject),
  );
  stream.end(body ? JSON.stringify(body) : undefined);
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  const headers = await answered;
  return { status: Number(headers[':status']), headers, text };
}

// How long who waits is a matter of the queues' simulation (`apiserver/fairness/queue-set.test.ts`).
test('one user floods the server, and another is never refused', async () => {
  for (let i = 0; i < 20; i++)
    assert.equal((await ask('', maps, { metadata: { name: `m${i}` }, data: { k: 'x'.repeat(20_000) } })).status, 201);
  let isOver = false;
  const flood: Answer[] = [];
  const flooding = Array.from({ length: 450 }, async () => {
    while (!isOver) {
      const answer = await ask('ada', maps);
      flood.push(answer);
      // As a client does that is told to wait, if not as long.
      if (answer.status === 429) await systemClock.sleep(200);
    }
  });
  const light: Answer[] = [];
  for (let i = 0; i < 15; i++) {
    await systemClock.sleep(100);
    light.push(await ask('bob', `${maps}/m1`));
  }
  isOver = true;
  await Promise.all(flooding);

  assert.deepEqual([...new Set(light.map((a) => a.status))], [200]);
  assert.deepEqual(
    [...new Set(flood.map((a) => a.status))].sort((a, b) => a - b),
    [200, 429],
  );
  const refused = flood.find((a) => a.status === 429)!;
  assert.equal(refused.text, 'Too many requests, please try again later.\n');
  assert.match(String(refused.headers['retry-after']), /^\d+$/);
  for (const { headers } of [...light, ...flood.slice(0, 5), refused])
    for (const id of ['flowschema', 'prioritylevel'])
      assert.match(String(headers[`x-kubernetes-pf-${id}-uid`]), /^[0-9a-f-]{36}$/);
  // Whoever must get in does.
  assert.equal((await ask('', '/readyz')).status, 200);
});

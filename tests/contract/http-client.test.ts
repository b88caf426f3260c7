import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { namespace, serviceAccount } from '@tiphys/sdk/api';
import { createClient, HttpTransport } from '@tiphys/sdk/client';
import { clientContract } from '@tiphys/sdk/testing';
import { type ServerProcess, startServer } from '../wire/api-server.ts';

/** One server for all: each test has a namespace of its own. */
let server: Promise<ServerProcess> | undefined;
after(async () => (await server)?.stop());
let made = 0;

clientContract('the API server, over HTTPS', async () => {
  const { url, token, dataDir } = await (server ??= startServer());
  const ca = readFileSync(join(dataDir, 'pki/ca.crt'), 'utf8');
  const transport = new HttpTransport({ server: url, ca, token: () => token });
  const client = createClient(transport);
  const name = `contract-${++made}`;
  await client.create(namespace, { metadata: { name } });
  await client.create(serviceAccount, { metadata: { name: 'default', namespace: name } });
  return {
    client,
    namespace: name,
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
});

/**
 * One end of a connection, as a program that a test runs inside a network namespace:
 * `serve PORT NAME` answers every connection and datagram with its name and the asker's address;
 * `ask tcp|udp HOST PORT COUNT [LOCAL-PORT]` prints the answers as a JSON array, with error codes for what failed.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

const patienceMs = 2000;
const [, , verb, ...args] = process.argv;

if (verb === 'serve') serve(Number(args[0]), args[1] ?? '');
else console.log(JSON.stringify(await ask(args)));

function serve(port: number, name: string): void {
  const udp = createSocket('udp4', (_, from) => udp.send(`${name} ${from.address}`, from.port, from.address));
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined); // the asker may be gone already
    socket.end(`${name} ${socket.remoteAddress?.replace('::ffff:', '')}`);
  });
  udp.bind(port, '0.0.0.0', () => tcp.listen(port, '0.0.0.0', () => console.log('ready')));
}

async function ask([protocol, host = '', port, count, localPort]: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (let i = 0; i < Number(count); i++) {
    answers.push(await (protocol === 'udp' ? askUdp : askTcp)(host, Number(port), Number(localPort ?? 0)));
  }
  return answers;
}

function askTcp(host: string, port: number, localPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localPort && { localPort }) });
    const timer = setTimeout(() => finish('timeout'), patienceMs);
    const finish = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => finish(text));
    socket.on('error', (err: NodeJS.ErrnoException) => finish(err.code ?? err.message));
  });
}

function askUdp(host: string, port: number, localPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => finish('timeout'), patienceMs);
    const finish = (answer: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    socket.on('message', (message) => finish(message.toString()));
    socket.on('error', (err: NodeJS.ErrnoException) => finish(err.code ?? err.message));
    // Only a connected socket hears that nobody is there.
    socket.bind(localPort, () =>
      socket.connect(port, host, (err?: Error) => (err ? finish(err.message) : socket.send('?'))),
    );
  });
}

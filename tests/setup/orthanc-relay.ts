/**
 * The way into Orthanc's network namespace (orthanc.ts). `outside` listens on the host's loopback, starts itself again
 * as `inside` by `unshare --net`, hands the listening socket over and stays, so that ending it ends all; `inside` starts
 * Orthanc and joins each connection to it.
 */
import { fork, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ORTHANC_USER } from './orthanc.ts';
import { run } from './programs.ts';

const [role, port = '', program = '', storage = ''] = process.argv.slice(2);
/** Inside nobody else has ports. */
const HTTP_PORT = 8042;

function outside(): void {
  const server = createServer();
  server.listen(Number(port), '127.0.0.1', () => {
    const inner = fork(fileURLToPath(import.meta.url), ['inside', port, program, storage], {
      execPath: 'unshare',
      execArgv: ['--net', process.execPath],
    });
    inner.send('listen', server, () => {
      server.close();
    });
    inner.on('exit', (code) => process.exit(code ?? 1));
  });
}

const configuration = (): string =>
  JSON.stringify({
    Name: 'tests',
    StorageDirectory: storage,
    IndexDirectory: storage,
    HttpPort: HTTP_PORT,
    DicomServerEnabled: false,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: true,
    RegisteredUsers: { [ORTHANC_USER.user]: ORTHANC_USER.password },
    Plugins: ['/usr/share/orthanc/plugins/libOrthancDicomWeb.so'],
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
    HttpThreadsCount: 8,
    StorageCompression: false,
  });

async function inside(): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const up = await run('ip', ['link', 'set', 'lo', 'up'], 10_000);
  if (!up.ok) throw new Error(`loopback does not come up: ${up.said}`);
  const file = path.join(storage, 'orthanc.json');
  writeFileSync(file, configuration());
  // It dies with us, however we do.
  const orthanc = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  orthanc.on('exit', (code) => process.exit(code ?? 1));
  process.on('exit', () => orthanc.kill('SIGKILL'));
}

const join = (server: Server): void => {
  server.on('connection', (socket) => {
    const orthanc = connect(HTTP_PORT, '127.0.0.1');
    socket.on('error', () => orthanc.destroy());
    orthanc.on('error', () => socket.destroy());
    socket.on('close', () => orthanc.destroy());
    socket.pipe(orthanc).pipe(socket);
  });
};

if (role === 'outside') outside();
else {
  process.on('message', (_, server) => {
    join(server as Server);
  });
  await inside();
}

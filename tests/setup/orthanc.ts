/**
 * Orthanc, a PACS, with its DICOMweb plugin. It listens on all addresses whatever it is told, so it runs in a network
 * namespace of its own in which only loopback is up (`unshare --net`: root, or CAP_SYS_ADMIN), with authentication on.
 * Tests reach it at 127.0.0.1 all the same: a socket belongs to the namespace it was made in, so orthanc-relay.ts
 * listens on the host's loopback and hands that listening socket into the namespace.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from './programs.ts';
import { startService, type RunningService } from './service.ts';

export const ORTHANC_PACKAGES = ['orthanc', 'orthanc-dicomweb', 'util-linux', 'iproute2'];
/** Debian's; it is no program for everybody's PATH. */
export const ORTHANC_FOLDERS = '/usr/sbin:/usr/local/sbin:/usr/bin';
const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

export const ORTHANC_USER = { user: 'tests', password: 'for-tests-alone' } as const;
export const ORTHANC_AUTHORIZATION = `Basic ${Buffer.from(
  `${ORTHANC_USER.user}:${ORTHANC_USER.password}`,
).toString('base64')}`;

const RELAY = path.join(import.meta.dirname, 'orthanc-relay.ts');
/** Several hundred milliseconds alone; more beside other work. */
const START_TIMEOUT_MS = 60_000;

export const orthancIsWhole = (): Promise<boolean> => Promise.resolve(existsSync(PLUGIN));

const answers = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/system`, {
      headers: { authorization: ORTHANC_AUTHORIZATION },
      signal: AbortSignal.timeout(2000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};

/**
 * An Orthanc of one's own. For tests that take it down and bring it back: `await orthanc.stop()`, which kills it without
 * a word, then `await startOrthanc({ port: orthanc.port, storage })`.
 *
 * @param options.storage folder for its images, kept when it ends; without it they go with it
 * @throws {Error} where no network namespace can be made, with the reason
 */
export function startOrthanc(
  options: { readonly program?: string; readonly port?: number; readonly storage?: string } = {},
): Promise<RunningService> {
  const program = options.program ?? findOnPath('Orthanc', ORTHANC_FOLDERS);
  if (program === undefined) throw new Error('Orthanc is not on PATH');
  return startService({
    program: process.execPath,
    args: (port, folder) => [RELAY, 'outside', String(port), program, options.storage ?? folder],
    address: (port) => `http://127.0.0.1:${port}`,
    ready: answers,
    startTimeoutMs: START_TIMEOUT_MS,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
}

/** Puts a Part 10 file in. */
export async function storeInOrthanc(address: string, file: Uint8Array): Promise<void> {
  const response = await fetch(`${address}/instances`, {
    method: 'POST',
    headers: { authorization: ORTHANC_AUTHORIZATION, 'content-type': 'application/dicom' },
    body: Buffer.from(file),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`Orthanc did not take a file: ${response.status}`);
}

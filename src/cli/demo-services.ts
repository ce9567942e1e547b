import { z } from 'zod';
import type { HookTarget } from '../demo/index.ts';
import { heading, indent, wrap, COLUMNS } from './terminal.ts';

const discovery = z.object({
  services: z.array(z.object({ hook: z.string(), id: z.string(), title: z.string().default('') })),
});

/** What an EHR finds when the service is registered, and how this one proves itself; for the terminal. */
export async function printServices({ serviceUrl, timeoutMs, identity }: HookTarget): Promise<string> {
  const url = `${serviceUrl}/cds-services`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  const { services } = discovery.parse(await response.json());
  const width = Math.max(...services.map(({ hook }) => hook.length));
  const proof =
    `The demo EHR signs each call with its key (a JWT, ES384, issuer ${identity?.issuer ?? 'none'}), and the ` +
    'service verifies it. In this demo alone a call without a JWT is answered too, so that curl can be tried.';
  return [
    heading('What the EHR registers').trimEnd(),
    `  ${String(services.length)} CDS services at ${url}`,
    ...services.flatMap(({ hook, id, title }) => [
      `    ${hook.padEnd(width)}  ${id}`,
      ...(title === '' ? [] : [`    ${' '.repeat(width)}  ${title}`]),
    ]),
    ...indent(wrap(proof, COLUMNS - 2), 2),
    '',
  ].join('\n');
}

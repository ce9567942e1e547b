/** Writes cds-hooks/<service>/{discovery,request,response}.json anew; tests hold them against the running service. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  exampleRequest,
  EXAMPLES,
  post,
  startExampleStack,
  withoutUuids,
} from '../tests/http/published-request.ts';

const stack = await startExampleStack();
try {
  const discovery = (await (await fetch(`${stack.service.url}/cds-services`)).json()) as {
    services: { id: string }[];
  };
  for (const service of discovery.services) {
    const folder = path.join(EXAMPLES, service.id);
    await mkdir(folder, { recursive: true });
    const request = await exampleRequest(stack);
    const files = { discovery: service, request, response: withoutUuids(await post(stack, request)) };
    for (const [name, content] of Object.entries(files))
      await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
    console.log(folder);
  }
} finally {
  await stack.close();
}

/** Writes cds-hooks/<service>/{discovery,request,response}.json anew; tests hold them against the running service. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  discovered,
  exampleRequest,
  EXAMPLES,
  post,
  startExampleStack,
  withoutUuids,
} from '../tests/http/published-request.ts';

/** One service, on a stack of its own: an example does not see what another loaded or asked. */
async function writeExample(id: string): Promise<void> {
  const stack = await startExampleStack();
  try {
    const service = (await discovered(stack)).find((each) => each.id === id);
    if (service === undefined) throw new Error(`${id} is not in the discovery`);
    const folder = path.join(EXAMPLES, id);
    await mkdir(folder, { recursive: true });
    const request = await exampleRequest(stack, service);
    const files = { discovery: service, request, response: withoutUuids(await post(stack, id, request)) };
    for (const [name, content] of Object.entries(files))
      await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
    console.log(folder);
  } finally {
    await stack.close();
  }
}

const stack = await startExampleStack();
const ids = (await discovered(stack)).map(({ id }) => id);
await stack.close();
for (const id of ids) await writeExample(id);

/** cds-hooks/<service>/: what an informatics team reads must be what the service says and does. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema } from '../../src/cards/index.ts';
import {
  EXAMPLES,
  post,
  startExampleStack,
  withoutUuids,
  type ExampleStack,
} from '../http/published-request.ts';

const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const read = (folder: string, name: string) =>
  JSON.parse(readFileSync(path.join(EXAMPLES, folder, `${name}.json`), 'utf8'));

let stack: ExampleStack;
beforeAll(async () => {
  stack = await startExampleStack();
});
afterAll(() => stack.close());

it('every service of the discovery has its folder, and no folder is left over', async () => {
  const { services } = (await (await fetch(`${stack.service.url}/cds-services`)).json()) as any;
  expect(folders.map((entry) => entry.name)).toEqual(services.map(({ id }: { id: string }) => id).sort());
});

describe.each(folders.map((entry) => entry.name))('%s', (folder) => {
  it('is listed as its discovery entry says', async () => {
    const { services } = (await (await fetch(`${stack.service.url}/cds-services`)).json()) as any;
    expect(services.find(({ id }: { id: string }) => id === folder)).toEqual(read(folder, 'discovery'));
  });

  it('answers the example request with the example response', async () => {
    const answer = withoutUuids(await post(stack, read(folder, 'request'))) as any;
    expect(answer).toEqual(read(folder, 'response'));
    expect(answer.cards).not.toEqual([]);
    for (const card of answer.cards) expect(() => cardSchema.parse(card)).not.toThrow();
  });
});

/** cds-hooks/<service>/: what an informatics team reads must be what the service says and does. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import {
  discovered,
  exampleRequest,
  EXAMPLES,
  post,
  startExampleStack,
  withoutUuids,
  type ExampleStack,
} from '../http/published-request.ts';

const folders = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (folder: string, name: string) =>
  JSON.parse(readFileSync(path.join(EXAMPLES, folder, `${name}.json`), 'utf8'));

it('every service of the discovery has its folder, and no folder is left over', async () => {
  const stack = await startExampleStack();
  const services = await discovered(stack);
  await stack.close();
  expect(folders).toEqual(services.map(({ id }) => id).sort());
});

/** CDS Hooks 2.0, "Prefetch tokens", as far as our hooks have them. */
const LEGAL_TOKENS = new Set([
  'context.userId',
  'context.patientId',
  'context.encounterId',
  'userPractitionerId',
  'userPractitionerRoleId',
  'userPatientId',
  'userRelatedPersonId',
]);

describe.each(folders)('%s', (folder) => {
  let stack: ExampleStack;
  beforeAll(async () => {
    stack = await startExampleStack();
  });
  afterAll(() => stack.close());

  it('is listed as its discovery entry says', async () => {
    const services = await discovered(stack);
    expect(services.find(({ id }) => id === folder)).toEqual(read(folder, 'discovery'));
  });

  it('uses only legal prefetch tokens', () => {
    const templates = Object.values(read(folder, 'discovery').prefetch as Record<string, string>);
    expect(templates.length).toBeGreaterThan(0);
    for (const template of templates)
      for (const [, token] of template.matchAll(/\{\{(.*?)\}\}/g))
        expect(LEGAL_TOKENS, template).toContain(token);
  });

  it('answers the example request with the example response', async () => {
    const answer = withoutUuids(await post(stack, folder, read(folder, 'request'))) as any;
    expect(answer).toEqual(read(folder, 'response'));
    expect(answer.cards).not.toEqual([]);
    expect(() => responseSchema.parse(answer)).not.toThrow();
  });

  it('is asked in the example what an EHR would send', async () => {
    const service = (await discovered(stack)).find(({ id }) => id === folder)!;
    expect(await exampleRequest(stack, service)).toEqual(read(folder, 'request'));
  });
});

/** A site's own terminology in a folder of its own, removed when the test file is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

export const siteFolder = (resources: readonly unknown[]): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'site-'));
  folders.push(folder);
  for (const [index, resource] of resources.entries())
    writeFileSync(path.join(folder, `${String(index)}.json`), JSON.stringify(resource));
  return folder;
};

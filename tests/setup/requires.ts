/**
 * Tests that need something this machine may not have. Where it is missing they show as skipped, with its name
 * and why; under CI=true they fail instead, because a suite that skips in CI never says so.
 */
import { existsSync } from 'node:fs';
import { describe, inject, it } from 'vitest';
import type { ComponentName, ComponentState } from './components.ts';
import './global-setup.ts'; // its ProvidedContext

/** Skipped by name, in CI too: for the few things nobody has to have. */
export function reportSkipped(title: string, needed: string, why: string): void {
  describe(title, () => {
    it.skip(`needs ${needed}: ${why}`);
  });
}

function reportMissing(title: string, needed: string, why: string): void {
  if (process.env['CI'] !== 'true') {
    reportSkipped(title, needed, why);
    return;
  }
  describe(title, () => {
    it(`needs ${needed}: ${why}`, () => {
      throw new Error(`${needed} is missing (${why}); under CI=true this is a failure, not a skip`);
    });
  });
}

/**
 * A `describe` on a test component.
 *
 * @param body gets its address: a server's URL (redis://127.0.0.1:PORT), else the program's path. The server is
 *   shared by all test files of the run: use a key prefix of your own
 */
export function describeWith(component: ComponentName, title: string, body: (address: string) => void): void {
  const components = inject('components') as Partial<Record<ComponentName, ComponentState>> | undefined;
  const state = components?.[component] ?? { state: 'missing', why: 'the global setup did not run' };
  if (state.state === 'missing') reportMissing(title, component, state.why);
  else {
    describe(title, () => {
      body(state.address);
    });
  }
}

/** A `describe` on the reference data that RECURRENCE_DATA names. */
export function describeWithData(title: string, body: (folder: string) => void): void {
  const folder = process.env['RECURRENCE_DATA'];
  if (folder === undefined || folder === '') reportMissing(title, 'RECURRENCE_DATA', 'it is not set');
  else if (!existsSync(folder)) reportMissing(title, 'RECURRENCE_DATA', 'the folder it names is not there');
  else {
    describe(title, () => {
      body(folder);
    });
  }
}

import type { TestProject } from 'vitest/node';
import { COMPONENTS, startComponent, type ComponentName, type ComponentState } from './components.ts';

declare module 'vitest' {
  interface ProvidedContext {
    components: Record<ComponentName, ComponentState>;
  }
}

/** Before all tests: every component found, installed or named as missing. Returns what ends them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const names = Object.keys(COMPONENTS) as ComponentName[];
  const started = await Promise.all(
    names.map(async (name) => ({ name, component: await startComponent(COMPONENTS[name]) })),
  );
  for (const { name, component } of started) {
    if (component.state.state === 'missing') {
      process.stderr.write(`Tests that need ${name} cannot run: ${component.state.why}\n`);
    }
  }
  const states = started.map(({ name, component }) => [name, component.state] as const);
  project.provide('components', Object.fromEntries(states) as Record<ComponentName, ComponentState>);
  return async () => {
    await Promise.all(started.map(({ component }) => component.stop()));
  };
}

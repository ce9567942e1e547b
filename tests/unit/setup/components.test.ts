import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startComponent } from '../../setup/components.ts';
import { findOnPath } from '../../setup/programs.ts';
import { startService, type ServiceSpec } from '../../setup/service.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Node as the service: says where its folder is and stays up. */
const sitting = (script: string): Omit<ServiceSpec, 'ready'> => ({
  program: process.execPath,
  args: (_, folder) => ['-e', script, folder],
  address: (port) => `test://127.0.0.1:${port}`,
  startTimeoutMs: 3000,
});

describe('test components', () => {
  it('finds a program on the path, and says nothing of one that is not there', () => {
    expect(findOnPath('sh')).toMatch(/\/sh$/);
    expect(findOnPath('no-such-program')).toBeUndefined();
    expect(findOnPath('sh', '')).toBeUndefined();
  });

  it('runs a service in a folder of its own and leaves neither process nor folder', async () => {
    let folder = '';
    const spec = sitting('setInterval(() => {}, 1000)');
    const service = await startService({
      ...spec,
      args: (port, own) => {
        folder = own;
        return spec.args(port, own);
      },
      ready: () => Promise.resolve(true),
    });
    expect(service.address).toBe(`test://127.0.0.1:${service.port}`);
    expect(isAlive(service.pid) && existsSync(folder)).toBe(true);
    await service.stop();
    await service.stop();
    expect(isAlive(service.pid) || existsSync(folder)).toBe(false);
  });

  it('a service that ends at its start is told with what it said', async () => {
    const spec = { ...sitting('console.error("no licence"); process.exit(3)'), port: 1 };
    const start = startService({ ...spec, ready: () => Promise.resolve(false) });
    await expect(start).rejects.toThrow(/did not start on port 1: no licence/);
  });

  it('a program that cannot be run is a failed start, not a crash', async () => {
    const spec = { ...sitting(''), program: '/no/such/program', port: 1 };
    await expect(startService({ ...spec, ready: () => Promise.resolve(false) })).rejects.toThrow(
      'did not start',
    );
  });

  it('a component whose server does not start is missing, and says why', async () => {
    const start = () => Promise.reject(new Error('port taken'));
    const component = await startComponent({ program: 'sh', aptPackage: 'dash', start });
    expect(component.state).toEqual({ state: 'missing', why: 'port taken' });
    await component.stop();
  });

  it('a component that is no server has its path as address', async () => {
    const { state } = await startComponent({ program: 'sh', aptPackage: 'dash' });
    expect(state).toEqual({ state: 'ready', address: findOnPath('sh') });
  });
});

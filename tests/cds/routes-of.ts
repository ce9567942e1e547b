/** The routes that the running app really has, read from the app itself. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

export interface RoutePattern {
  readonly method: string;
  /** As OpenAPI writes it: /a/{b}. */
  readonly path: string;
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  match(path: string): boolean;
}

/** The express app that listens at that address. */
const appAt = async (url: string): Promise<{ router: { stack: readonly Layer[] } }> => {
  let app: unknown;
  const look = (message: unknown): void => {
    const { server, request } = message as { server: Server; request: { headers: { host?: string } } };
    if (request.headers.host !== new URL(url).host) return;
    app = server.listeners('request').find((listener) => Object.hasOwn(listener, 'settings'));
  };
  subscribe('http.server.request.start', look);
  try {
    await fetch(`${url}/health/live`);
  } finally {
    unsubscribe('http.server.request.start', look);
  }
  return app as { router: { stack: readonly Layer[] } };
};

/** Express keeps no text of where a router is mounted: it is asked which of these it answers to. */
const mountedAt = (layer: Layer, prefixes: readonly string[]): string => {
  // Mounted at the root: matches whatever is asked.
  if (layer.match('/no-such-address-at-all')) return '';
  const found = prefixes.find((prefix) => layer.match(`${prefix}/x`));
  if (found === undefined) throw new Error('a router is mounted where this test knows nothing of');
  return found;
};

const collect = (stack: readonly Layer[], at: string, prefixes: readonly string[]): RoutePattern[] =>
  stack.flatMap((layer) => {
    const { route, handle } = layer;
    if (route !== undefined) {
      const path = `${at}${route.path}`.replaceAll(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '');
      return (
        Object.keys(route.methods)
          // `.all`: the 405 of every other method.
          .filter((method) => method !== '_all')
          .map((method) => ({ method: method.toUpperCase(), path }))
      );
    }
    return handle.stack === undefined ? [] : collect(handle.stack, at + mountedAt(layer, prefixes), prefixes);
  });

/**
 * @param prefixes where routers may be mounted, beside the root
 * @throws where a router is mounted elsewhere
 */
export const routesOf = async (url: string, prefixes: readonly string[]): Promise<RoutePattern[]> =>
  collect((await appAt(url)).router.stack, '', prefixes);

import { endpointFact } from '../chart/index.ts';
import { createDicomWebSource, type DicomWebSource } from '../modalities/index.ts';
import type { Log } from '../platform/index.ts';
import type { Site } from './sites.ts';

/** The image archives of the sites, by tenant id; closed with the core. */
export interface SiteImages {
  readonly of: (tenant: string) => DicomWebSource | undefined;
  close(): Promise<void>;
}

/** An Endpoint by its reference, read with the site's own credentials. */
const endpointReader =
  ({ client, tenant }: Pick<Site, 'client' | 'tenant'>) =>
  async (reference: string, signal: AbortSignal) => {
    const [type = '', id = ''] = reference.split('/');
    const resource = type === 'Endpoint' && id !== '' ? await client.read(type, id, { signal }) : undefined;
    return resource === undefined ? undefined : endpointFact(resource, tenant.timeZone);
  };

/** The archive of one site; undefined where it has none that we may read. */
export const openSiteImages = (
  site: Pick<Site, 'client' | 'tenant'>,
  log?: Log,
): DicomWebSource | undefined => {
  const { tenant } = site;
  return tenant.backgroundAccess && tenant.imaging.dicomweb.length > 0
    ? createDicomWebSource({
        imaging: tenant.imaging,
        resolveEndpoint: endpointReader(site),
        ...(log !== undefined && { log }),
      })
    : undefined;
};

/** @throws {CdsError} CONFIG_INVALID where a root's certificate or key cannot be read */
export function openImages(sites: ReadonlyMap<string, Site>, log: Log): SiteImages {
  const sources = new Map(
    [...sites].flatMap(([id, site]) => {
      const source = openSiteImages(site, log.child({ tenant: id }));
      return source === undefined ? [] : [[id, source] as const];
    }),
  );
  return {
    of: (tenant) => sources.get(tenant),
    close: async () => {
      await Promise.all([...sources.values()].map((each) => each.close()));
    },
  };
}

import type { EndpointFact } from '../../../chart/index.ts';
import { CdsError } from '../../../domain/index.ts';
import type { ImagingConfig, Log } from '../../../platform/index.ts';
import type { ImageSource, StudyAddress } from '../../common/index.ts';
import { addressUnder } from './addresses.ts';
import { Connection } from './connection.ts';
import { countInstances, listSeries, seriesDetails, type Place } from './qido.ts';
import { removeLeftOvers } from './spool.ts';
import { downloadSeries } from './wado.ts';
import { tmpdir } from 'node:os';

export interface DicomWebOptions {
  /** The tenant's settings; `dicomweb` has one root at least. */
  readonly imaging: ImagingConfig;
  /** Reads an Endpoint that the chart names; undefined where it cannot be read. */
  readonly resolveEndpoint: (reference: string, signal: AbortSignal) => Promise<EndpointFact | undefined>;
  readonly log?: Log;
  /** Milliseconds before the first repetition. */
  readonly backoffMs?: number;
}

/** An ImageSource with connections of its own to let go of. */
export interface DicomWebSource extends ImageSource {
  close(): Promise<void>;
}

/** HL7's endpoint-connection-type of what we speak; the others (viewers, DIMSE, XDS) are not read. */
const CONNECTION_TYPES: readonly (string | undefined)[] = ['dicom-wado-rs', 'dicom-qido-rs', undefined];
const STATUSES: readonly (string | undefined)[] = ['active', 'test', undefined];

const placeUnder = (address: string, connections: readonly Connection[]): Place | undefined => {
  for (const connection of connections) {
    const base = addressUnder(address, connection.root);
    if (base !== undefined) return { connection, base };
  }
  return undefined;
};

/**
 * A site's PACS by DICOMweb: QIDO-RS for what there is (PS3.18 10.6), one WADO-RS request for a series (10.4).
 *
 * Addresses are made of configured roots and UIDs, never of what an answer says (RetrieveURL is not read), and nothing
 * is followed: a chart's Endpoint is used where it lies under a root, and with that root's credentials.
 *
 * @throws {CdsError} CONFIG_INVALID where a file of a root's tls cannot be read
 */
export function createDicomWebSource(options: DicomWebOptions): DicomWebSource {
  const { imaging, resolveEndpoint, log, backoffMs } = options;
  const { timeoutMs, stallMs, concurrency, retries, maximumSeriesBytes, spoolDirectory } = imaging;
  const connections = imaging.dicomweb
    .map(
      (root) =>
        new Connection(root, {
          ...{ timeoutMs, stallMs, concurrency, retries },
          ...(log !== undefined && { log }),
          ...(backoffMs !== undefined && { backoffMs }),
        }),
    )
    // Of roots that lie in one another the inner one is meant.
    .sort((a, b) => b.root.length - a.root.length);
  const swept = removeLeftOvers(spoolDirectory ?? tmpdir()).then((removed) => {
    if (removed > 0) log?.info({ removed }, 'spool folders of ended processes removed');
  });

  const onlyRoot = (): Place => {
    const [connection, ...others] = connections;
    if (connection === undefined || others.length > 0)
      throw new CdsError(
        'PACS_NOT_ALLOWED',
        `The chart says no address, and the configuration has ${String(connections.length)}.`,
      );
    return { connection, base: connection.root };
  };

  const placeOf = async ({ endpoints }: StudyAddress, signal: AbortSignal): Promise<Place> => {
    let named = false;
    for (const reference of endpoints) {
      const endpoint = await resolveEndpoint(reference, signal);
      if (endpoint?.address === undefined || !CONNECTION_TYPES.includes(endpoint.connectionType)) continue;
      if (!STATUSES.includes(endpoint.status)) continue;
      const place = placeUnder(endpoint.address, connections);
      if (place !== undefined) return place;
      named = true;
    }
    if (named) throw new CdsError('PACS_NOT_ALLOWED');
    return onlyRoot();
  };

  return {
    patientIdentity: imaging.patientIdentity,
    series: async (study, signal) => listSeries(await placeOf(study, signal), study.studyInstanceUid, signal),

    details: async (study, series, signal) =>
      seriesDetails(await placeOf(study, signal), study.studyInstanceUid, series, signal),

    fetch: async (study, { seriesInstanceUid, instances }, signal) => {
      await swept;
      const { studyInstanceUid } = study;
      const place = await placeOf(study, signal);
      const expected =
        instances ?? (await countInstances(place, studyInstanceUid, seriesInstanceUid, signal));
      const startedAt = performance.now();
      const fetched = await downloadSeries(
        place,
        { studyInstanceUid, seriesInstanceUid, instances: expected },
        { maximumSeriesBytes, spoolDirectory },
        signal,
      );
      const ms = Math.round(performance.now() - startedAt);
      log?.debug({ images: fetched.files.length, bytes: fetched.bytes, ms }, 'series fetched');
      return fetched;
    },

    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

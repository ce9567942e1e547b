import { SYSTEMS } from '../../terminology/index.ts';
import type { ImagingStudyFact, SeriesFact } from '../facts.ts';
import { calendarDay, evidenceOf, list, record, text, type Json } from '../resource-reader.ts';
import { codingOf, codingsOfAll, compact, countOf, references, type Parser } from './common.ts';

const UID = /^\d[\d.]{0,63}$/;

/** A DICOM UID, with or without `urn:oid:` before it. */
const uidOf = (value: unknown): string | undefined => {
  const uid = text(value)?.replace(/^urn:oid:/, '');
  return uid !== undefined && UID.test(uid) ? uid : undefined;
};

const studyUid = (resource: Json): string | undefined => {
  const identifier = list(resource['identifier'])
    .map(record)
    .find((each) => each?.['system'] === SYSTEMS.dicomUid);
  return uidOf(identifier?.['value']);
};

/** Codes of DICOM's own system ("CT"); a coding without a system counts, since Modality is bound to it. */
const dicomModality = (value: unknown): string | undefined => {
  const [coding] = codingOf(value);
  return coding?.system === undefined || coding.system === SYSTEMS.dicom ? coding?.code : undefined;
};

const seriesFact = (item: unknown): SeriesFact[] => {
  const series = record(item);
  if (series === undefined) return [];
  return [
    compact<SeriesFact>({
      uid: uidOf(series['uid']),
      dicomModality: dicomModality(series['modality']),
      bodySites: codingOf(series['bodySite']),
      instances: countOf(series['numberOfInstances']),
      endpoints: references(series['endpoint']),
    }),
  ];
};

export const imagingStudyFact: Parser<ImagingStudyFact> = (resource, zone) => {
  const series = list(resource['series']).flatMap(seriesFact);
  const modalities = [
    ...list(resource['modality']).map(dicomModality),
    ...series.map((each) => each.dicomModality),
  ].filter((each) => each !== undefined);
  return compact<ImagingStudyFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    startedOn: calendarDay(resource['started'], zone),
    dicomModalities: [...new Set(modalities)],
    studyInstanceUid: studyUid(resource),
    endpoints: [
      ...new Set([...references(resource['endpoint']), ...series.flatMap((each) => each.endpoints)]),
    ],
    procedureCodings: codingsOfAll(resource['procedureCode']),
    series,
  });
};

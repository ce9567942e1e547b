import type { AttachmentFact, BinaryFact, DocumentFact, EndpointFact } from '../care-facts.ts';
import {
  calendarDay,
  codeIn,
  codings,
  evidenceOf,
  list,
  localReference,
  record,
  text,
} from '../resource-reader.ts';
import { compact, countOf, references, type Parser } from './common.ts';

const attachmentFact = (item: unknown): AttachmentFact[] => {
  const attachment = record(record(item)?.['attachment']);
  if (attachment === undefined) return [];
  const url = text(attachment['url']);
  const reference = localReference({ reference: url });
  return [
    compact<AttachmentFact>({
      contentType: text(attachment['contentType']),
      binary: reference?.startsWith('Binary/') === true ? reference : undefined,
      url,
      sizeBytes: countOf(attachment['size']),
      hash: text(attachment['hash']),
    }),
  ];
};

export const documentFact: Parser<DocumentFact> = (resource, zone) => {
  const context = record(resource['context']);
  return compact<DocumentFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    types: codings(resource['type']),
    writtenOn: calendarDay(resource['date'], zone),
    attachments: list(resource['content']).flatMap(attachmentFact),
    context: [...references(context?.['encounter']), ...references(context?.['related'])],
  });
};

/** Of a Binary that was read by id; its content is left where it is. */
export const binaryFact: Parser<BinaryFact> = (resource) =>
  compact<BinaryFact>({ source: evidenceOf(resource), contentType: text(resource['contentType']) });

const CONNECTION_TYPE = 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type';

/** Of an Endpoint that was read by id. */
export const endpointFact: Parser<EndpointFact> = (resource) =>
  compact<EndpointFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    connectionType: codeIn({ coding: [resource['connectionType']] }, CONNECTION_TYPE),
    address: text(resource['address']),
  });

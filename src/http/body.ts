import express, { type Request, type RequestHandler } from 'express';
import { CdsError } from '../domain/index.ts';
import { requireBounded } from './json-bounds.ts';

const hasBody = (request: Request): boolean =>
  Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined;

/** RFC 8259: JSON between systems is UTF-8, and says nothing else. Of a header that hides another, see `verify`. */
const CHARSET = /;\s*charset\s*=\s*"?([^";]*)/i;

const isUtf8 = (mediaType: string): boolean => {
  const charset = CHARSET.exec(mediaType)?.[1]?.trim().toLowerCase();
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
};

const notUtf8 = (): CdsError => new CdsError('CDS_MEDIA_TYPE', 'charset: not UTF-8.');

const requireJson =
  (types: readonly string[]): RequestHandler =>
  (request, _response, next) => {
    if (!hasBody(request)) {
      next();
      return;
    }
    if (request.is([...types]) === false) throw new CdsError('CDS_MEDIA_TYPE');
    if (!isUtf8(request.get('content-type') ?? '')) throw notUtf8();
    next();
  };

/**
 * Reads a JSON body: what is not called JSON is not read at all. Nothing is unpacked: a few kilobytes of gzip can be
 * gigabytes, and EHRs send hooks as they are.
 *
 * Throws {@link CdsError} CDS_MEDIA_TYPE, CDS_PAYLOAD_TOO_LARGE, CDS_REQUEST_INVALID.
 *
 * @param types media types that are JSON here
 * @param limit of the body, such as 4mb
 */
export const readJson = (types: readonly string[], limit: string): RequestHandler[] => [
  requireJson(types),
  express.json({
    type: [...types],
    limit,
    inflate: false,
    verify: (_request, _response, body, charset) => {
      // As what it is about to be read: the bounds are judged by the same bytes, and hold for UTF-8 alone.
      if (charset !== 'utf-8') throw notUtf8();
      requireBounded(body);
    },
  }),
];

import { html, webUrl } from './html.ts';
import type { SafeHtml } from './html.ts';

const REFERENCE = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;

const addressOf = (fhirUrl: string, path: string): string | undefined =>
  webUrl(`${fhirUrl.replace(/\/+$/, '')}/${path}`);

/** A link into the FHIR server that opens beside the chart; the text alone where there is no address. */
export const fhirLink = (fhirUrl: string, path: string, text: SafeHtml): SafeHtml => {
  const href = addressOf(fhirUrl, path);
  return href === undefined
    ? text
    : html`<a href="${href}" target="_blank" rel="noopener noreferrer">${text}</a>`;
};

/** Breaks are offered where a reader would make them, so that a long reference does not widen its table. */
const breakable = (reference: string): SafeHtml =>
  html`<code>${reference.split(/(?<=[/-])/).map((part) => html`${part}<wbr />`)}</code>`;

/** `Type/id` as a link; what has no such form is text. */
export const referenceView = (fhirUrl: string, reference: string): SafeHtml =>
  REFERENCE.test(reference)
    ? fhirLink(fhirUrl, reference, breakable(reference))
    : html`<code>${reference}</code>`;

import { dateText } from './dates.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import type { Planned } from './planned.ts';
import { referenceView } from './references.ts';
import type { Language, Texts } from './texts.ts';

const stateText = (texts: Texts, { type, status, intent }: Planned): string => {
  if (intent === 'proposal') return texts['state.proposal'];
  const states: Readonly<Record<string, string>> =
    type === 'ServiceRequest'
      ? { draft: texts['state.draft'], active: texts['state.active'] }
      : { proposed: texts['state.asked'], booked: texts['state.booked'] };
  return states[status] ?? status;
};

const whenText = ({ from, to }: Planned, language: Language): string =>
  [...new Set([from, to])].flatMap((day) => (day === undefined ? [] : [dateText(day, language)])).join('–') ||
  '–';

const rowView = (texts: Texts, language: Language, fhirUrl: string, planned: Planned): SafeHtml =>
  html`<tr>
    <th scope="row">${planned.what === 'FOLLOWUP' ? texts.followUp : planned.what || planned.type}</th>
    <td data-label="${texts.when}">${whenText(planned, language)}</td>
    <td data-label="${texts.state}">${stateText(texts, planned)}</td>
    <td data-label="${texts.onServer}" class="evidence">
      ${planned.reference === undefined ? '–' : referenceView(fhirUrl, planned.reference)}
    </td>
  </tr>`;

/** What is ordered, booked and proposed, as the FHIR server has it: what the services compare with. */
export const plannedView = (
  texts: Texts,
  language: Language,
  { fhirUrl, planned }: { readonly fhirUrl: string; readonly planned: readonly Planned[] },
): SafeHtml =>
  html`<section class="panel" aria-labelledby="planned">
    <h2 id="planned">${texts.planned}</h2>
    <p class="verdict">${planned.length === 0 ? texts.nothingPlanned : texts.plannedLead}</p>
    ${
      planned.length === 0
        ? ''
        : html`<table class="panel-table planned">
            <thead>
              <tr>
                <th scope="col">${texts.what}</th>
                <th scope="col">${texts.when}</th>
                <th scope="col">${texts.state}</th>
                <th scope="col">${texts.onServer}</th>
              </tr>
            </thead>
            <tbody>
              ${planned.map((each) => rowView(texts, language, fhirUrl, each))}
            </tbody>
          </table>`
    }
  </section>`;

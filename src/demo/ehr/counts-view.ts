import type { FeedbackCount } from './counts.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import type { Texts } from './texts.ts';

const outcomeText = (texts: Texts, outcome: string): string =>
  ({ accepted: texts['count.accepted'], overridden: texts['count.overridden'] })[outcome] ?? outcome;

/** What the service counts of the feedback it was given: how its cards are received, without a patient in it. */
export const countsView = (texts: Texts, counts: readonly FeedbackCount[]): SafeHtml =>
  html`<section class="panel" aria-labelledby="counts">
    <h2 id="counts">${texts.counts}</h2>
    <p class="verdict">${counts.length === 0 ? texts.noCounts : texts.countsLead}</p>
    ${
      counts.length === 0
        ? ''
        : html`<table class="panel-table counts">
            <thead>
              <tr>
                <th scope="col">${texts.service}</th>
                <th scope="col">${texts.result}</th>
                <th scope="col">${texts.reason}</th>
                <th scope="col">${texts.times}</th>
              </tr>
            </thead>
            <tbody>
              ${counts.map(
                ({ service, outcome, reason, count }) =>
                  html`<tr>
                    <th scope="row">${service}</th>
                    <td data-label="${texts.result}">${outcomeText(texts, outcome)}</td>
                    <td data-label="${texts.reason}">
                      ${reason === 'none' ? '–' : html`<code>${reason}</code>`}
                    </td>
                    <td data-label="${texts.times}">${count}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;

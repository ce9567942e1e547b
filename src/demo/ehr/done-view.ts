import type { Done, DoneOutcome } from './address.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { referenceView } from './references.ts';
import type { Texts } from './texts.ts';

const SUCCEEDED: ReadonlySet<DoneOutcome> = new Set(['accepted', 'overridden', 'kept']);

/** What became of what was done last, and links to what was written; takes the focus by its address, `#done`. */
export const doneView = (texts: Texts, done: Done | undefined, fhirUrl: string): SafeHtml | string =>
  done === undefined
    ? ''
    : html`<div
        class="done ${SUCCEEDED.has(done.outcome) ? '' : 'failed'}"
        id="done"
        tabindex="-1"
        role="${SUCCEEDED.has(done.outcome) ? 'status' : 'alert'}"
      >
        <p>${texts[`done.${done.outcome}`]}</p>
        ${
          done.written.length === 0
            ? ''
            : html`<p>
                ${texts.onServer}${texts.colon}
                ${done.written.map((each) => html` ${referenceView(fhirUrl, each)}`)}
              </p>`
        }
      </div>`;

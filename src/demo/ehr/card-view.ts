import { html, webUrl } from './html.ts';
import type { SafeHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { referenceView } from './references.ts';
import type { Card, Suggestion } from './response.ts';
import type { Texts } from './texts.ts';

const outward = (url: string | undefined, label: string): SafeHtml => {
  const href = webUrl(url);
  return href === undefined
    ? html`${label}`
    : html`<a href="${href}" target="_blank" rel="noopener noreferrer">${label}</a>`;
};

const actionView = (texts: Texts, action: Suggestion['actions'][number]): SafeHtml => {
  const resource = action.resource ?? action.resourceId;
  return html`<li>
    <span class="verb">${texts[action.type]}</span> ${action.description}
    ${
      resource === undefined
        ? ''
        : html`<details>
            <summary>${texts.resource}</summary>
            <pre tabindex="0" role="region" aria-label="${texts.resource}">
${JSON.stringify(resource, undefined, 2)}</pre>
          </details>`
    }
  </li>`;
};

/** Where clicks on cards go: forms of the page, that name the card and say what was clicked. */
export interface CardForms {
  readonly action: string;
  /** The page to come back to. */
  readonly back: string;
  readonly fhirUrl: string;
  /** The reference of what an action would create, where it is on the FHIR server already. */
  readonly sameAs: (resource: unknown) => string | undefined;
}

/** Says of a card that it takes the place of an earlier one; a name that this service has documented. */
const REPLACES = 'org.recurrence-cds.replaces';

const hidden = (name: string, value: string): SafeHtml =>
  html`<input type="hidden" name="${name}" value="${value}" />`;

/** Where everything that a suggestion would create is there already. */
const existing = ({ actions }: Suggestion, { sameAs }: CardForms): readonly string[] => {
  const found = actions.flatMap(({ type, resource }) => (type === 'create' ? (sameAs(resource) ?? []) : []));
  return found.length === actions.length ? found : [];
};

const acceptView = (
  texts: Texts,
  card: Card,
  suggestion: Suggestion,
  forms?: CardForms,
): SafeHtml | string => {
  if (forms === undefined || card.uuid === undefined || suggestion.uuid === undefined) return '';
  const references = existing(suggestion, forms);
  return references.length > 0
    ? html`<p class="there">
        <span aria-hidden="true">✓</span> ${texts.there}${texts.colon}
        ${references.map((each) => html` ${referenceView(forms.fhirUrl, each)}`)}
      </p>`
    : html`<form method="post" action="${forms.action}">
        ${hidden('card', card.uuid)} ${hidden('suggestion', suggestion.uuid)} ${hidden('back', forms.back)}
        <button type="submit" aria-label="${texts.accept}: ${suggestion.label}">${texts.accept}</button>
      </form>`;
};

const suggestionView = (texts: Texts, card: Card, suggestion: Suggestion, forms?: CardForms): SafeHtml => {
  const { label, isRecommended, actions } = suggestion;
  return html`<li class="suggestion">
    <p class="label">
      ${label} ${isRecommended === true ? html`<span class="tag">${texts.recommended}</span>` : ''}
    </p>
    ${
      actions.length > 0
        ? html`<ul class="actions">
            ${actions.map((action) => actionView(texts, action))}
          </ul>`
        : ''
    }
    ${acceptView(texts, card, suggestion, forms)}
  </li>`;
};

const suggestionsView = (texts: Texts, card: Card, forms?: CardForms): SafeHtml | undefined => {
  const { suggestions, selectionBehavior } = card;
  if (suggestions.length === 0) return undefined;
  const rule =
    selectionBehavior && { any: texts.choiceAny, 'at-most-one': texts.choiceOne }[selectionBehavior];
  return html`<section class="part">
    <h4>${texts.suggestions}</h4>
    ${rule !== undefined && suggestions.length > 1 ? html`<p class="quiet">${rule}</p>` : ''}
    <ul class="suggestions">
      ${suggestions.map((suggestion) => suggestionView(texts, card, suggestion, forms))}
    </ul>
  </section>`;
};

const linksView = (texts: Texts, { links }: Card): SafeHtml | undefined =>
  links.length === 0
    ? undefined
    : html`<section class="part">
        <h4>${texts.links}</h4>
        <ul class="plain">
          ${links.map(
            ({ label, url, type }) =>
              html`<li>
                ${outward(url, label)}
                ${type === 'smart' ? html`<span class="quiet">(${texts.smartApp})</span>` : ''}
              </li>`,
          )}
        </ul>
      </section>`;

const overrideForm = (texts: Texts, card: Card, forms: CardForms, headingId: string): SafeHtml =>
  html`<section class="part">
    <form class="override" method="post" action="${forms.action}" aria-labelledby="${headingId}-override">
      <h4 id="${headingId}-override">${texts.override}</h4>
      ${hidden('card', card.uuid ?? '')} ${hidden('back', forms.back)}
      ${
        card.overrideReasons.length === 0
          ? ''
          : html`<label
              >${texts.reason}
              <select name="reason">
                <option value="">${texts.noReason}</option>
                ${card.overrideReasons.map(
                  ({ display, code }, index) => html`<option value="${index}">${display ?? code}</option>`,
                )}
              </select>
            </label>`
      }
      <label>${texts.comment} <input name="comment" maxlength="1000" autocomplete="off" /></label>
      <button type="submit" class="second">${texts.setAside}</button>
    </form>
  </section>`;

const overrideView = (
  texts: Texts,
  card: Card,
  headingId: string,
  forms?: CardForms,
): SafeHtml | undefined => {
  if (forms !== undefined && card.uuid !== undefined) return overrideForm(texts, card, forms, headingId);
  return card.overrideReasons.length === 0
    ? undefined
    : html`<section class="part">
        <h4>${texts.overrideReasons}</h4>
        <ul class="reasons">
          ${card.overrideReasons.map(({ display, code }) => html`<li>${display ?? code}</li>`)}
        </ul>
      </section>`;
};

const MARKS: Readonly<Record<Card['indicator'], string>> = { info: 'i', warning: '!', critical: '!!' };

/** A card as an EHR shows it: the indicator as word, mark and colour, then everything the card offers. */
export const cardView = (texts: Texts, card: Card, index: number, forms?: CardForms): SafeHtml => {
  const headingId = `card-${index}`;
  return html`<article class="card ${card.indicator}" aria-labelledby="${headingId}">
    <header>
      <p class="indicator">
        <span class="mark" aria-hidden="true">${MARKS[card.indicator]}</span>${texts[card.indicator]}
        ${REPLACES in card.extension ? html`<span class="tag">${texts.replaces}</span>` : ''}
      </p>
      <h3 id="${headingId}">${card.summary}</h3>
    </header>
    ${card.detail === undefined ? '' : html`<div class="detail">${renderMarkdown(card.detail, texts.table)}</div>`}
    ${suggestionsView(texts, card, forms)} ${linksView(texts, card)}
    ${overrideView(texts, card, headingId, forms)}
    <footer>${texts.source}${texts.colon} ${outward(card.source.url, card.source.label)}</footer>
  </article>`;
};

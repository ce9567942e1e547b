import { cardView, type CardForms } from './card-view.ts';
import type { HookCall, HookResult } from './hook-client.ts';
import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import type { EhrIdentity } from './identity.ts';
import type { Texts } from './texts.ts';

const problemView = (texts: Texts, result: Extract<HookResult, { kind: 'problem' }>): SafeHtml => {
  const lines: Record<typeof result.problem, readonly string[]> = {
    outcome: result.texts,
    http: [],
    notCards: [texts.notCards],
    unreachable: [texts.unreachable],
    timeout: [texts.timeout],
  };
  return html`<section class="problem" role="alert">
    <h3>${texts.problem}</h3>
    ${lines[result.problem].map((line) => html`<p>${line}</p>`)}
    ${result.status === undefined ? '' : html`<p class="quiet">${texts.httpStatus} ${result.status}</p>`}
  </section>`;
};

/** @param silence what no card means here; that of a chart unless said */
export const resultView = (
  texts: Texts,
  result: HookResult,
  forms?: CardForms,
  silence: string = texts.noCardsWhy,
): SafeHtml => {
  if (result.kind === 'problem') return problemView(texts, result);
  if (result.cards.length > 0)
    return html`${result.cards.map((card, index) => cardView(texts, card, index, forms))}`;
  return html`<div class="empty" role="status">
    <p>${texts.noCards}</p>
    <p class="quiet">${silence}</p>
  </div>`;
};

const indented = (raw: string): string => {
  try {
    return JSON.stringify(JSON.parse(raw), undefined, 2);
  } catch {
    return raw;
  }
};

export const requestView = (
  texts: Texts,
  { hook, serviceId }: Pick<HookCall, 'hook' | 'serviceId'>,
  result: HookResult,
  identity?: EhrIdentity,
): SafeHtml =>
  html`<aside aria-labelledby="request">
    <h2 id="request">${texts.request}</h2>
    <dl>
      <dt>${texts.hook}</dt>
      <dd>${hook}</dd>
      <dt>${texts.service}</dt>
      <dd>${serviceId}</dd>
      ${
        identity === undefined
          ? ''
          : html`<dt>${texts.proof}</dt>
              <dd>${texts.proofText} <code>${identity.issuer}</code></dd>`
      }
      <dt>${texts.duration}</dt>
      <dd>${result.durationMs} ms</dd>
      ${
        result.kind === 'cards'
          ? html`<dt>${texts.count}</dt>
              <dd>${result.cards.length}</dd>`
          : ''
      }
    </dl>
    <details>
      <summary>${texts.rawRequest}</summary>
      <pre tabindex="0" role="region" aria-label="${texts.rawRequest}">${result.request}</pre>
    </details>
    ${
      result.raw === undefined
        ? ''
        : html`<details>
            <summary>${texts.rawResponse}</summary>
            <pre tabindex="0" role="region" aria-label="${texts.rawResponse}">${indented(result.raw)}</pre>
          </details>`
    }
  </aside>`;

import { html } from './html.ts';
import type { SafeHtml } from './html.ts';
import { LANGUAGE_NAMES, LANGUAGES, textsIn } from './texts.ts';
import type { Language, Texts } from './texts.ts';

/** A patient of the demo; `story` says in a sentence or two what the chart is about. */
export interface DemoPatient {
  readonly id: string;
  readonly name: string;
  readonly story: Story;
}

export interface Story {
  readonly en: string;
  readonly zh: string;
}

export const storyIn = (story: Story, language: Language): string =>
  language === 'zh-CN' ? story.zh : story.en;

/** @param path of this page, its query without `lang` included */
const languageSwitch = (texts: Texts, language: Language, path: string): SafeHtml =>
  html`<nav aria-label="${texts.language}">
    <ul class="languages">
      ${LANGUAGES.map(
        (each) =>
          html`<li>
            <a
              href="${path}${path.includes('?') ? '&' : '?'}lang=${each}"
              hreflang="${each}"
              lang="${each}"
              ${each === language ? html`aria-current="true"` : ''}
              >${LANGUAGE_NAMES[each]}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

export const page = (language: Language, path: string, title: string, main: SafeHtml): string => {
  const texts = textsIn(language);
  const heading = title === texts.title ? title : `${title} - ${texts.title}`;
  const { text } = html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${heading}</title>
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <a class="skip" href="#main">${texts.skip}</a>
      <header class="top">
        <div class="wrap">
          <p class="brand"><a href="/?lang=${language}">${texts.title}</a></p>
          <p class="notice">${texts.notice}</p>
          ${languageSwitch(texts, language, path)}
        </div>
      </header>
      <main id="main" class="wrap" tabindex="-1">${main}</main>
    </body>
  </html>`;
  return `<!doctype html>\n${text}\n`;
};

export const bannerView = (
  texts: Texts,
  patient: DemoPatient,
  news: Story | undefined,
  language: Language,
): SafeHtml =>
  html`<div class="banner">
    <h1>${patient.name}</h1>
    <p class="quiet">${texts.id} <code>${patient.id}</code></p>
    <p>
      ${storyIn(patient.story, language)}
      ${news === undefined ? '' : html`<br /><strong>${texts.news}${texts.colon}</strong> ${storyIn(news, language)}`}
    </p>
  </div>`;

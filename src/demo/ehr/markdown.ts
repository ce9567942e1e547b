import MarkdownIt from 'markdown-it';
import { SafeHtml } from './html.ts';

/** Card details start below the card's own heading. */
const HEADING_SHIFT = 3;

const markdown = new MarkdownIt({ html: false, linkify: false }).disable('image');

markdown.core.ruler.push('shift_headings', ({ tokens }) => {
  for (const token of tokens)
    if (token.type.startsWith('heading_'))
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + HEADING_SHIFT)}`;
});

markdown.core.ruler.push('links_leave', ({ tokens }) => {
  for (const token of tokens.flatMap(({ children }) => children ?? []))
    if (token.type === 'link_open') {
      token.attrSet('target', '_blank');
      token.attrSet('rel', 'noopener noreferrer');
    }
});

// Column alignment comes as an inline style, which the page's policy refuses; the style sheet knows these classes.
markdown.core.ruler.push('align_by_class', ({ tokens }) => {
  for (const token of tokens) {
    const alignment = /^text-align:(left|center|right)$/.exec(token.attrGet('style') ?? '')?.[1];
    if (alignment !== undefined) token.attrs = [['class', alignment]];
  }
});

// A wide table scrolls in its own box, reachable by keyboard, and leaves the page as wide as it is.
markdown.renderer.rules['table_open'] = (_tokens, _index, _options, env: { tableLabel: string }) =>
  `<div class="scroll" role="region" tabindex="0" aria-label="${markdown.utils.escapeHtml(env.tableLabel)}"><table>`;
markdown.renderer.rules['table_close'] = () => '</table></div>';

/**
 * GitHub-flavoured Markdown of a card, raw HTML shown as text, images not loaded.
 *
 * @param tableLabel what a screen reader calls a table's scrolling box
 */
export const renderMarkdown = (text: string, tableLabel: string): SafeHtml =>
  new SafeHtml(markdown.render(text, { tableLabel }));

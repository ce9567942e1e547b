/** The page's one stylesheet. Text on its ground is at least 4.5:1; nothing is told by colour alone. */
export const STYLE = `
:root {
  --ink: #1c2733; --quiet: #55626f; --line: #d3dae1; --ground: #f4f6f8; --paper: #fff; --link: #0b5394;
  --info: #1f5f8b; --info-ground: #eaf2f8; --warning: #8a5300; --warning-ground: #fdf3e1;
  --critical: #a1161f; --critical-ground: #fcebec;
}
* { box-sizing: border-box; }
body {
  margin: 0; color: var(--ink); background: var(--ground);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
}
a { color: var(--link); }
:focus-visible { outline: 3px solid #b35900; outline-offset: 2px; }
.top :focus-visible { outline-color: #ffc94d; }
h1, h2, h3, h4, h5, h6, p, ul, dl { margin: 0; }
ul { padding: 0; list-style: none; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.05rem; }
code, pre { font: 0.86em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.wrap { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
main.wrap { padding-top: 20px; padding-bottom: 48px; }
main:focus { outline: none; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; padding: 6px 12px; background: var(--paper); z-index: 1; }

.top { background: #20303f; color: #fff; }
.top .wrap { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; min-height: 48px; padding-top: 6px; padding-bottom: 6px; }
.top a { color: #fff; }
.brand { font-weight: 600; }
.brand a { text-decoration: none; }
.notice { color: #d5dee6; font-size: 0.9rem; flex: 1 1 auto; }
.languages { display: flex; gap: 4px; }
.languages a { display: block; padding: 4px 10px; border-radius: 4px; text-decoration: none; }
.languages a[aria-current] { background: #fff; color: #20303f; font-weight: 600; }

.lead { color: var(--quiet); margin: 4px 0 16px; }
.patients { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 12px; }
.patients li { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; }
.patients li > * + * { margin-top: 6px; }

.back { margin-bottom: 10px; }
.banner { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 14px 18px; display: grid; grid-template-columns: auto 1fr; gap: 4px 18px; align-items: baseline; }
.banner > :last-child { grid-column: 1 / -1; max-width: 90ch; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 280px; gap: 24px; margin-top: 20px; align-items: start; }
.columns > section > h2, aside > h2 { margin-bottom: 8px; color: var(--quiet); font-weight: 600; }

.card { background: var(--paper); border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 6px; margin-bottom: 16px; overflow: hidden; }
.card.info { --tone: var(--info); --tint: var(--info-ground); }
.card.warning { --tone: var(--warning); --tint: var(--warning-ground); }
.card.critical { --tone: var(--critical); --tint: var(--critical-ground); }
.card > header { background: var(--tint); padding: 10px 18px 12px; border-bottom: 1px solid var(--line); }
.card h3 { font-size: 1.15rem; line-height: 1.35; overflow-wrap: anywhere; }
.indicator { color: var(--tone); font-weight: 600; font-size: 0.85rem; display: flex; align-items: center; gap: 7px; margin-bottom: 3px; }
.mark { display: inline-grid; place-items: center; min-width: 1.35em; height: 1.35em; padding: 0 0.3em; border-radius: 1em; background: var(--tone); color: #fff; font-weight: 700; line-height: 1; }
.detail, .part, .card > footer { padding: 12px 18px; }
.detail { overflow-wrap: break-word; }
.detail > * + * { margin-top: 10px; }
.detail ul, .detail ol { padding-left: 1.4em; margin: 0; list-style: revert; }
.detail > .scroll + ul { margin-top: 10px; }
.detail h4, .detail h5, .detail h6 { font-size: 1rem; margin-top: 16px; }
.detail > :first-child { margin-top: 0; }
.detail blockquote { margin-left: 0; margin-right: 0; margin-bottom: 0; padding: 8px 14px; border-left: 3px solid var(--line); background: var(--ground); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 50%; }
th, td { vertical-align: top; padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); }
.right { text-align: right; white-space: nowrap; }
.center { text-align: center; }
th:not([class]) { text-align: left; }
th { font-size: 0.88rem; color: var(--quiet); font-weight: 600; border-bottom-color: #aab5c0; }
.part { border-top: 1px solid var(--line); }
.part h4 { font-size: 0.95rem; margin-bottom: 6px; }
.suggestions { display: grid; gap: 8px; margin-top: 6px; }
.suggestion { border: 1px solid var(--line); border-radius: 5px; padding: 9px 13px 6px; }
.suggestion .label { font-weight: 600; }
.tag { margin-left: 6px; padding: 1px 8px; border: 1px solid currentcolor; border-radius: 9px; font-size: 0.8rem; font-weight: 600; color: var(--info); white-space: nowrap; }
.actions { margin-top: 4px; }
.actions li { padding: 3px 0; }
.verb { font-weight: 600; color: var(--quiet); margin-right: 4px; }
.plain li { padding: 1px 0; }
.reasons { display: flex; flex-wrap: wrap; gap: 6px; }
.reasons li { padding: 2px 10px; border: 1px solid var(--line); border-radius: 4px; background: var(--ground); font-size: 0.92rem; }
.card > footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.9rem; padding-top: 8px; padding-bottom: 8px; }

button, input, select { font: inherit; color: inherit; }
button { padding: 5px 16px; border: 1px solid var(--link); border-radius: 5px; background: var(--link); color: #fff; cursor: pointer; }
button:hover { background: #083c6b; }
button.second { background: var(--paper); color: var(--link); }
button.second:hover { background: var(--info-ground); }
button, input, select { min-height: 36px; }
input, select { padding: 4px 8px; border: 1px solid #8794a1; border-radius: 5px; background: var(--paper); max-width: 100%; }
.suggestion form { margin: 4px 0 5px; }
.override { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: end; }
.override h4 { flex: 1 0 100%; margin-bottom: 0; }
.override label, .workflow label { display: grid; gap: 2px; font-size: 0.9rem; color: var(--quiet); }
.override label:last-of-type { flex: 1 1 14em; }
.override input, .override select, .workflow input, .workflow select { color: var(--ink); width: 100%; }
.workflow { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: end; }
.panel > p { max-width: 100ch; }
.workflow label { flex: 0 1 auto; min-width: 0; }
.keep { margin-top: 16px; }
.there { margin: 4px 0 5px; color: #23693a; font-weight: 600; overflow-wrap: anywhere; }
.there a { font-weight: 400; }
.columns > section > .keep:first-of-type { margin-top: 12px; }
.done { scroll-margin-top: 16px; margin-top: 16px; padding: 10px 16px; overflow-wrap: anywhere; border: 1px solid var(--line); border-left: 6px solid #23693a; border-radius: 6px; background: var(--paper); }
.done.failed { border-left-color: var(--critical); }

.ways { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
.ways a { display: block; padding: 5px 14px; border: 1px solid var(--link); border-radius: 5px; background: var(--paper); text-decoration: none; }
.ways a:hover { background: var(--info-ground); }
.contents { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; font-size: 0.92rem; }
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 14px 18px; margin-top: 16px; }
.panel h2 { margin-bottom: 2px; }
.panel ol { margin: 4px 0 0; padding-left: 1.5em; max-width: 100ch; }
main > .patients, main > .panel + .patients { margin-top: 16px; }
.panel .verdict { color: var(--quiet); margin-bottom: 8px; }
.panel > p.quiet:last-child { margin-top: 10px; }
.panel > .verdict:last-child { margin-bottom: 0; }
.panel-table { font-size: 0.92rem; width: 100%; table-layout: fixed; overflow-wrap: anywhere; }
.panel-table tbody th { font-size: 1em; color: inherit; text-align: left; border-bottom-color: var(--line); }
.panel-table thead th:nth-child(1) { width: 24%; }
.panel-table thead th:nth-child(2) { width: 19%; }
.panel-table thead th:nth-child(3) { width: 17%; }
.panel-table.planned thead th:nth-child(1), .panel-table.counts thead th:nth-child(1) { width: 30%; }
.panel-table.planned thead th:nth-child(2) { width: 22%; }
.panel-table.counts thead th:nth-child(3) { width: 26%; }
.panel-table.written thead th:nth-child(1) { width: 14%; }
.panel-table.written thead th:nth-child(n+2):nth-child(-n+4) { width: 19%; }
.panel-table.written td strong { margin-right: 4px; }
.panel-table.written td > .quiet { display: block; }
.panel-table tbody tr:last-child > * { border-bottom: 0; }
.judged { display: flex; }
.result { flex: none; width: 1.5em; font-weight: 700; }
.met .result { color: #23693a; }
.not-met .result { color: var(--critical); }
.unknown .result { color: var(--warning); }

.problem { background: var(--paper); border: 1px solid var(--line); border-left: 6px solid var(--critical); border-radius: 6px; padding: 14px 18px; }
.problem h3 { color: var(--critical); font-size: 1.1rem; margin-bottom: 4px; }
.empty { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 18px; }

aside { font-size: 0.92rem; }
aside dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin-bottom: 10px; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--link); padding: 3px 0; }
pre { margin: 4px 0 8px; padding: 10px 12px; max-height: 480px; overflow: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 5px; }

@media (max-width: 860px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .patients { grid-template-columns: minmax(0, 1fr); }
  .banner { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 720px) {
  .panel-table, .panel-table tbody, .panel-table tr, .panel-table tbody th, .panel-table td { display: block; width: auto; }
  .panel-table thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .panel-table tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
  .panel-table tr:last-child { border-bottom: 0; }
  .panel-table tbody th, .panel-table td { border: 0; padding: 1px 0; }
  .panel-table td { position: relative; padding-left: 9.8em; min-height: 1.5em; }
  .panel-table td::before { content: attr(data-label); position: absolute; left: 0; width: 9.4em; color: var(--quiet); }
}
@media (max-width: 480px) {
  .wrap { padding-left: 12px; padding-right: 12px; }
  .detail, .part, .card > header, .card > footer { padding-left: 13px; padding-right: 13px; }
  table { font-size: 0.93rem; }
  td { min-width: 4.5em; }
  td:last-child { overflow-wrap: anywhere; }
  .detail table { font-size: 0.8rem; }
  .detail th, .detail td { min-width: 3.5em; padding-right: 6px; }
  td.right { min-width: 0; }
  th, td { padding-right: 10px; }
}
@media print {
  .top, aside, .back, .skip, nav, form, details, .part:has(> form) { display: none; }
  body { background: none; }
  .columns { display: block; }
  .card, .panel { overflow: visible; }
  .suggestion, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
`.trimStart();

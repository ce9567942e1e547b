import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { cardSchema, featureName, renderRiskCard, riskCard } from '../../../src/cards/index.ts';
import type { Card, RiskCardContent } from '../../../src/cards/index.ts';
import { MODALITY_FLAGS, MODALITY_REASONS, STRATA } from '../../../src/domain/index.ts';
import type { RiskEstimate } from '../../../src/domain/index.ts';
import { CATALOGUES, createTranslator, LANGUAGES } from '../../../src/i18n/index.ts';
import type { Language } from '../../../src/i18n/index.ts';
import {
  assessment,
  contextIn,
  contrast,
  criteriaWith,
  estimated,
  highProposals,
  MODALITIES,
  twelveMonths,
} from './fixtures.ts';

const make = (parts: Partial<RiskCardContent> = {}, language: Language = 'en', simulated = true): Card =>
  cardSchema.parse(
    riskCard({
      ...contextIn(language, simulated),
      assessment: assessment(),
      proposals: highProposals(language),
      rechecked: true,
      ageDays: 0,
      criteria: criteriaWith(),
      contrast: contrast(),
      ...parts,
    }),
  );

/** The card's detail as a client shows it: cells of table rows, and the text of everything else. */
const markdown = new MarkdownIt();
const rendered = (card: Card): { rows: string[][]; text: string } => {
  const rows: string[][] = [];
  const lines: string[] = [];
  let inTable = false;
  for (const { type, children } of markdown.parse(card.detail, {})) {
    if (type.startsWith('table_')) inTable = type === 'table_open';
    if (type === 'tr_open') rows.push([]);
    if (children === null) continue;
    const text = children.map(({ content }) => content).join('');
    (inTable ? rows.at(-1)! : lines).push(text);
  }
  return { rows, text: lines.join('\n') };
};

const realModel = { ...assessment().model, simulated: false };

describe('the summary', () => {
  it('gives the 12-month risk, its interval and the stratum', () => {
    expect(make().summary).toBe(
      '12-month risk of recurrence or death 27% (18%–39%), high. Simulated model, not for clinical use',
    );
    expect(make({}, 'zh-CN').summary).toBe(
      '12个月内复发或死亡风险27%（18%～39%），高危。模拟模型，不得用于临床',
    );
  });

  it('says when the result is not of today or not rechecked', () => {
    expect(make({ rechecked: false }).summary).toMatch(/Not rechecked today/);
    expect(make({ ageDays: 12 }).summary).toMatch(/As of 23 Nov 2026/);
  });

  it('takes the longest estimable horizon where 12 months is not, and gives no stratum then', () => {
    const risk: RiskEstimate = {
      status: 'estimated',
      subset: ['cfdna'],
      horizons: [
        { horizonMonths: 6, status: 'estimated', risk: 0.05, lower: 0.02, upper: 0.09 },
        { horizonMonths: 12, status: 'not-estimable', reason: 'too-few-at-risk' },
        { horizonMonths: 24, status: 'not-estimable', reason: 'too-few-at-risk' },
      ],
      modalityLogHazard: {},
    };
    expect(make({ assessment: assessment({ risk }), proposals: [] }).summary).toMatch(
      /^6-month risk of recurrence or death 5\.0% \(2\.0%–9\.0%\)\. /,
    );
  });

  it.each(
    LANGUAGES.flatMap((language) =>
      STRATA.flatMap((stratum) => [0, 1, 0.0449, 0.999].map((risk) => [language, stratum, risk] as const)),
    ),
  )(
    '%s, %s, risk %d: under 140 with the longest dates, never 0 or 100 per cent, the banner whole',
    (language, stratum, risk) => {
      const extreme = assessment({
        landmarkDate: '2026-09-30',
        risk: estimated({ stratum, horizons: twelveMonths(risk, 0, 1) }),
      });
      for (const currency of [
        { rechecked: false, ageDays: 0 },
        { rechecked: false, ageDays: 29 },
      ]) {
        const { summary } = make({ assessment: extreme, ...currency }, language);
        expect(Array.from(summary).length).toBeLessThan(140);
        expect(summary).toContain(CATALOGUES[language]['banner.simulated']);
        expect(summary).toContain(CATALOGUES[language][`stratum.${stratum}`]);
        expect(summary).not.toMatch(/(?<![\d.])(?:0|0\.0|100)%/);
      }
    },
  );
});

describe('the indicator', () => {
  it.each([
    ['low', 'info'],
    ['intermediate', 'info'],
    ['high', 'warning'],
  ] as const)('%s is %s', (stratum, indicator) => {
    expect(make({ assessment: assessment({ risk: estimated({ stratum }) }) }).indicator).toBe(indicator);
  });
});

describe('the detail', () => {
  it('begins with the banner of a simulated model, by context or by the result’s own model', () => {
    for (const language of LANGUAGES) {
      const banner = `**${CATALOGUES[language]['banner.simulated']}**`;
      expect(make({}, language, true).detail.startsWith(banner)).toBe(true);
      expect(make({}, language, false).detail.startsWith(banner)).toBe(true);
      expect(
        make({ assessment: assessment({ model: realModel }) }, language, true).detail.startsWith(banner),
      ).toBe(true);
    }
    const before = { assessment: assessment({ model: realModel }), previous: assessment() };
    expect(make(before, 'en', false).detail).toMatch(/^\*\*Simulated model/);
    const real = make({ assessment: assessment({ model: realModel }) }, 'en', false);
    expect(`${real.summary} ${real.detail}`).not.toMatch(/simulated/i);
  });

  it('tables the horizons with 90 % intervals, and names why one is missing', () => {
    const { rows } = rendered(make());
    expect(rows.slice(0, 4)).toEqual([
      ['Within', 'Risk of recurrence or death', '90% interval'],
      ['6 months', '9.4%', '<1%–16%'],
      ['12 months', '27%', '18%–39%'],
      ['24 months', 'not estimable: too few training patients at risk that long', '–'],
    ]);
  });

  it.each([
    ['en', 'The 90% interval covers the uncertainty of the risk layer only;'],
    ['zh-CN', '90%区间仅反映风险层的不确定性；'],
  ] as const)('%s: right under the table, says what the interval leaves out', (language, sentence) => {
    const { detail } = make({}, language);
    const blocks = detail.split('\n\n');
    const table = blocks.findIndex((block) => block.startsWith('|'));
    expect(blocks[table + 1]?.startsWith(sentence)).toBe(true);
    expect(blocks[table + 1]).toBe(CATALOGUES[language]['risk.interval-covers']);
  });

  it('says nothing of an interval where no horizon has one', () => {
    const horizons = [{ horizonMonths: 12, status: 'not-estimable', reason: 'too-few-at-risk' }] as const;
    const { text } = rendered(make({ assessment: assessment({ risk: estimated({ horizons }) }) }));
    expect(text).not.toContain(CATALOGUES.en['risk.interval-covers']);
  });

  it('says event, clock and condition', () => {
    const { text } = rendered(make());
    expect(text).toMatch(
      /recurrence or death from any cause, counted from 23 Nov 2026, 7 months after the lung resection/,
    );
    expect(text).toMatch(/alive and recurrence-free/);
  });

  it('tables the modalities: state, date and age today, score in words, notes', () => {
    const { rows } = rendered(make({ ageDays: 3 }));
    // 1 to 23 November is 22 days, and the result is 3 days old
    expect(rows.slice(5)).toEqual([
      [
        'Plasma metabolomics',
        'used',
        '1 Nov 2026 (25 days ago)',
        'near the average patient (+0.3 SD)',
        'no sample before surgery; changes since baseline were imputed; some analytes below the limit of detection',
      ],
      ['Chest CT', 'absent: no model for it is installed', '–', '–', '–'],
      [
        'Plasma cell-free DNA',
        'used',
        '2 Nov 2026 (24 days ago)',
        'above the average patient (+1.6 SD)',
        '–',
      ],
    ]);
  });

  it.each(LANGUAGES.flatMap((language) => MODALITY_REASONS.map((reason) => [language, reason] as const)))(
    '%s: a modality missing for %s says so',
    (language, reason) => {
      const modalities = MODALITIES.map((outcome) =>
        outcome.modality === 'radiomics' ? { ...outcome, status: 'rejected' as const, reason } : outcome,
      );
      const card = make({ assessment: assessment({ modalities }) }, language);
      expect(card.detail).toContain(CATALOGUES[language][`reason.${reason}`]);
    },
  );

  it.each(LANGUAGES.flatMap((language) => MODALITY_FLAGS.map((flag) => [language, flag] as const)))(
    '%s: the flag %s shows',
    (language, flag) => {
      const modalities = MODALITIES.map((outcome) =>
        outcome.status === 'present' ? { ...outcome, flags: [flag] } : outcome,
      );
      expect(make({ assessment: assessment({ modalities }) }, language).detail).toContain(
        CATALOGUES[language][`flag.${flag}`],
      );
    },
  );

  it('gives the strongest reasons first, with their direction', () => {
    const { text } = rendered(make());
    const start = text.indexOf('Strongest reasons');
    expect(text.slice(start).split('\n').slice(1, 6)).toEqual([
      'tumour fraction: raises the risk (Plasma cell-free DNA)',
      'methylation score, change since before surgery: raises the risk (Plasma cell-free DNA)',
      'kynurenine, change since before surgery: lowers the risk (Plasma metabolomics)',
      'leucine: raises the risk (Plasma metabolomics)',
      'short-to-long fragment ratio: lowers the risk (Plasma cell-free DNA)',
    ]);
    expect(text).not.toContain('glycine');
  });

  it('gives no reason that is of the assay: a limit of detection', () => {
    const modalities = MODALITIES.map((outcome) =>
      outcome.status === 'present' && outcome.modality === 'metabolomics'
        ? {
            ...outcome,
            contributions: ['limit:leucine', 'baselineLimit:valine', 'slope:serine'].map(
              (feature, index) => ({
                feature,
                value: 1,
                logHazard: 3 - index,
              }),
            ),
          }
        : outcome,
    );
    const { text } = rendered(make({ assessment: assessment({ modalities }) }));
    expect(text).toContain('trend of serine since surgery: raises the risk (Plasma metabolomics)');
    expect(text).not.toMatch(/limit|leucine|valine/i);
  });

  it('names the model, shortened digest and training cohort', () => {
    expect(rendered(make()).text).toMatch(
      /Model rfs-multiomics, version 0\.1\.0, digest 0123456789ab, trained on 200 simulated patients\./,
    );
  });

  it('says so when not rechecked, and how old it is', () => {
    const { text } = rendered(make({ rechecked: false, ageDays: 4 }));
    expect(text).toMatch(/This result is 4 days old\. Not rechecked today/);
    expect(rendered(make()).text).not.toMatch(/rechecked|old\./);
  });

  it('carries no hostile name through', () => {
    const nasty = '<img src=x onerror=alert(1)>|[x](http://y)\n# h';
    const [first, ...others] = MODALITIES;
    const modalities = [
      { ...first, contributions: [{ feature: `log2:${nasty}`, value: 1, logHazard: 9 }] },
      ...others,
    ] as typeof MODALITIES;
    const card = make({ assessment: assessment({ modalities }) });
    expect(card.detail).not.toContain('<img');
    expect(rendered(card).text).toContain(`${nasty}: raises the risk`);
  });
});

describe('what changed', () => {
  const previous = assessment({
    landmarkDate: '2026-08-23',
    risk: estimated({ horizons: twelveMonths(0.19), modalityLogHazard: { metabolomics: 0.25, cfdna: 0.4 } }),
  });

  it.each([
    ['en', 'No result of an earlier day is on record to compare with.'],
    ['zh-CN', '没有更早日期的评估结果可供比较。'],
  ] as const)('%s: none before it, without claiming that there never was one', (language, expected) => {
    expect(rendered(make({}, language)).text).toContain(expected);
    expect(rendered(make({ previous }, language)).text).not.toContain(expected);
  });

  it('from, to, percentage points and the modality that moved', () => {
    // 27.4 - 19 = 8.4 points; cfDNA moved .5 in log hazard, metabolomics .05
    expect(rendered(make({ previous })).text).toContain(
      '12-month risk on 23 Aug 2026: 19%; now 27% (+8 percentage points). Mainly due to Plasma cell-free DNA: its share of the risk rose.',
    );
  });

  it('a fall', () => {
    const before = assessment({
      ...previous,
      risk: estimated({ horizons: twelveMonths(0.4), modalityLogHazard: { metabolomics: 1.3, cfdna: 0.8 } }),
    });
    // metabolomics fell by 1.0; cfDNA rose by .1, against the change
    expect(rendered(make({ previous: before })).text).toMatch(
      /40%; now 27% \(-13 percentage points\)\. Mainly due to Plasma metabolomics: its share of the risk fell/,
    );
  });

  it('a change under one point is none', () => {
    const before = assessment({ ...previous, risk: estimated({ horizons: twelveMonths(0.27) }) });
    expect(rendered(make({ previous: before })).text).toMatch(/less than 1 percentage point/);
  });

  it('modalities that came and went, another model, and a risk that was not estimable', () => {
    const before = assessment({
      ...previous,
      model: { ...realModel, digest: 'sha256:ffff' },
      risk: estimated({ subset: ['metabolomics', 'radiomics'], horizons: [], modalityLogHazard: {} }),
    });
    const { text } = rendered(make({ previous: before }));
    expect(text).toContain(
      'The 12-month risk could not be estimated at one of the two assessments (last assessment: 23 Aug 2026).',
    );
    expect(text).toContain('New in this assessment: Plasma cell-free DNA.');
    expect(text).toContain('No longer used: Chest CT.');
    expect(text).toContain('not strictly comparable');
  });
});

describe('the follow-up', () => {
  it('stands in the detail with its sources and the need for approval', () => {
    const { text } = rendered(make());
    expect(text).toMatch(
      /Requires clinical approval\. .*No trial shows.*\. Stage is not taken into account\./,
    );
    expect(rendered(make({}, 'zh-CN')).text).toContain('未考虑分期。');
    expect(text).toMatch(
      /Contrast-enhanced chest CT: due 23 Feb 2027 .*every 3 months \(NCCN 2024 stage III schedule\)/,
    );
    expect(text).toContain('version 11.2024');
  });

  it('is one suggestion a proposal, each a draft to create, none preselected', () => {
    const card = make();
    expect(card.selectionBehavior).toBe('any');
    expect(card.suggestions?.map(({ label }) => label)).toEqual([
      'Contrast-enhanced chest CT, due 23 Feb 2027',
      'Clinic visit, due 23 Feb 2027',
    ]);
    const uuids = [card.uuid, ...(card.suggestions ?? []).map(({ uuid }) => uuid)];
    expect(new Set(uuids).size).toBe(3);
    for (const { actions, isRecommended } of card.suggestions ?? []) {
      expect(isRecommended).toBeUndefined();
      expect(actions).toHaveLength(1);
      expect(actions[0]).toMatchObject({
        type: 'create',
        resource: { resourceType: 'ServiceRequest', status: 'draft', intent: 'proposal' },
      });
    }
  });

  it('has coded override reasons in the reader’s language', () => {
    for (const language of LANGUAGES) {
      const reasons = make({}, language).overrideReasons ?? [];
      expect(reasons).toHaveLength(5);
      expect(reasons[0]).toEqual({
        code: 'already-scheduled',
        system: 'https://recurrence-cds.org/fhir/CodeSystem/override-reason',
        display: CATALOGUES[language]['override.already-scheduled'],
      });
    }
  });
});

describe('a risk that cannot be estimated', () => {
  it.each(
    LANGUAGES.flatMap((language) =>
      (['no-modality', 'too-early', 'too-late'] as const).map((reason) => [language, reason] as const),
    ),
  )('%s, %s: says why, with no number and no suggestion', (language, reason) => {
    const card = make({ assessment: assessment({ risk: { status: 'not-estimable', reason } }) }, language);
    expect(card.summary).toContain(CATALOGUES[language][`risk.none.${reason}`]);
    expect(`${card.summary}${card.detail}`).not.toMatch(/\d\s*%/);
    expect(card.suggestions).toBeUndefined();
    expect(card.selectionBehavior).toBeUndefined();
    expect(card.indicator).toBe('info');
  });
});

it('without a stratum nothing is proposed, whatever the caller passes', () => {
  const { subset, horizons } = { subset: ['cfdna'] as const, horizons: twelveMonths(0.2) };
  const risk: RiskEstimate = { status: 'estimated', subset, horizons, modalityLogHazard: {} };
  expect(make({ assessment: assessment({ risk }) }).suggestions).toBeUndefined();
});

describe('featureName', () => {
  const en = createTranslator('en');
  const zh = createTranslator('zh-CN');
  it.each([
    ['log2:leucine', 'leucine', '亮氨酸'],
    ['change:leucine', 'leucine, change since before surgery', '亮氨酸（较术前的变化）'],
    ['slope:leucine', 'trend of leucine since surgery', '亮氨酸（术后变化趋势）'],
    [
      'slope:trimethylaminenoxide',
      'trend of trimethylamine N-oxide since surgery',
      '氧化三甲胺（术后变化趋势）',
    ],
    ['log2:3-hydroxybutyrate', '3-hydroxybutyrate', '3-羟基丁酸'],
    ['logit:tumourFraction', 'tumour fraction', '肿瘤DNA比例'],
    ['change:tumourFraction', 'tumour fraction, change since before surgery', '肿瘤DNA比例（较术前的变化）'],
    ['log:fragmentRatio', 'short-to-long fragment ratio', '短/长片段比值'],
    ['logit:methylation', 'methylation score', '甲基化评分'],
    ['log2:HMDB0000123', 'HMDB0000123', 'HMDB0000123'],
    ['constructor', 'constructor', 'constructor'],
  ])('%s', (feature, english, chinese) => {
    expect(featureName(en, feature)).toBe(english);
    expect(featureName(zh, feature)).toBe(chinese.replace('/', '&#47;'));
  });
});

describe('rendering', () => {
  const input = {
    ...contextIn('en'),
    assessment: assessment(),
    proposals: highProposals('en'),
    rechecked: true,
    ageDays: 0,
    criteria: criteriaWith(),
    contrast: contrast(),
  };

  it('is the same for the same input, without uuids', () => {
    expect(renderRiskCard(input)).toEqual(renderRiskCard(input));
    expect(JSON.stringify(renderRiskCard(input))).not.toContain('uuid');
  });
});

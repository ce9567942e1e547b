/** After a training that changes what a story tells: `node scripts/pick-demo-seeds.ts --write`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_CASES } from '../../../src/simulation/demo-cases.ts';
import {
  CLAIMS,
  contradictions,
  DAYS,
  startStoryteller,
  type Storyteller,
} from '../../support/demo-stories.ts';

let teller: Storyteller;
beforeAll(async () => {
  teller = await startStoryteller();
});
afterAll(() => teller.close());

const specOf = (id: string) => DEMO_CASES.find((each) => each.id === id)!;

describe('what the shipped models show is what the story tells', () => {
  it.each(Object.keys(CLAIMS))('%s, in any season', async (id) => {
    for (const today of DAYS)
      expect(contradictions(CLAIMS[id]!, await teller.assess(specOf(id), today), today), today).toEqual([]);
  });

  it('and a story that is not true is found out', async () => {
    const [today = ''] = DAYS;
    const told = await teller.assess(specOf('demo-low-3-months'), today);
    expect(
      contradictions(
        { stratum: 'high', rests: ['cfdna'], flags: ['haemolysed'], raisedBy: 'radiomics' },
        told,
        today,
      ),
    ).toEqual([
      'rests on metabolomics, cfdna',
      'is low',
      'radiomics does not raise it most',
      'no flag haemolysed',
    ]);
    expect(contradictions({}, await teller.assess(specOf('demo-recurred'), today), today)).toEqual([
      'there is no number',
    ]);
    const partial = await teller.assess(specOf('demo-partial-6-months'), today);
    expect(contradictions({ rests: ['metabolomics'] }, partial, today)).toEqual(['flag haemolysed']);
    const later = '2026-06-01';
    expect(contradictions({}, told, later)).toEqual([
      expect.stringContaining('metabolomics is of 2026-03'),
      expect.stringContaining('cfdna is of 2026-03'),
    ]);
  });
});

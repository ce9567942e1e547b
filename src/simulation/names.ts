import type { Random } from '../numerics/index.ts';

export interface PersonName {
  readonly family: string;
  readonly given: string;
}

/** Families no chart would hold: 例, 拟, 模, 虚 are "example", "simulated", "model", "virtual". */
const FAMILIES = [
  'Samplewood',
  'Simfield',
  'Testerman',
  'Modelski',
  'Exemplar',
  'Synthson',
  'Trialby',
  'Cohortez',
];
const FAMILIES_ZH = ['例', '拟', '模', '虚', '样', '试'];
const GIVEN = {
  female: ['Anna', 'Clara', 'Edith', 'Helen', 'Irene', 'Judith', 'Marta', 'Paula', 'Rosa', 'Vera'],
  male: ['Arthur', 'Bruno', 'David', 'Emil', 'George', 'Hugo', 'Karl', 'Martin', 'Oscar', 'Victor'],
} as const;
const GIVEN_ZH = {
  female: ['文静', '秀兰', '丽华', '晓梅', '玉珍', '淑芬'],
  male: ['建国', '志强', '海峰', '明远', '德胜', '永康'],
} as const;

const pick = (random: Random, items: readonly string[]): string => items[random.integer(items.length)] ?? '';

/** A human name that nobody can take for a real patient's. */
export function drawName(random: Random, sex: 'male' | 'female'): PersonName {
  const chinese = random.uniform() < 0.5;
  return {
    family: pick(random, chinese ? FAMILIES_ZH : FAMILIES),
    given: pick(random, (chinese ? GIVEN_ZH : GIVEN)[sex]),
  };
}

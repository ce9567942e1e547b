import { SYSTEMS } from '../../terminology/index.ts';
import type { ConditionFact, ConditionStage } from '../facts.ts';
import { calendarDay, codeIn, codings, evidenceOf, happenedOn, list, record } from '../resource-reader.ts';
import { codingsOfAll, compact, references, type Parser } from './common.ts';

const NO_STAGES: readonly ConditionStage[] = [];

const stagesOf = (value: unknown): readonly ConditionStage[] =>
  value === undefined
    ? NO_STAGES
    : list(value).flatMap((item) => {
        const stage = record(item);
        if (stage === undefined) return [];
        return [
          {
            summary: codings(stage['summary']),
            type: codings(stage['type']),
            assessments: references(stage['assessment']),
          },
        ];
      });

export const conditionFact: Parser<ConditionFact> = (resource, zone) =>
  compact<ConditionFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    clinicalStatus: codeIn(resource['clinicalStatus'], SYSTEMS.conditionClinical),
    verificationStatus: codeIn(resource['verificationStatus'], SYSTEMS.conditionVerification),
    onsetOn: happenedOn(resource, 'onset', zone),
    abatedOn: happenedOn(resource, 'abatement', zone),
    recordedOn: calendarDay(resource['recordedDate'], zone),
    bodySites: codingsOfAll(resource['bodySite']),
    stages: stagesOf(resource['stage']),
  });

import { IMAGING } from '../constants.ts';
import { SLICE_MM } from './canvas.ts';
import type { CtStudyPlan } from './plan.ts';
import type { Scanner } from './scanners.ts';
import type { Attributes } from './series-files.ts';

const RADIATION_DOSE_SR = '1.2.840.10008.5.1.4.1.1.88.67';

const code = (value: string, scheme: string, meaning: string): Attributes => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning,
});

const contained = (type: string, concept: Attributes, rest: Attributes): Attributes => ({
  RelationshipType: 'CONTAINS',
  ValueType: type,
  ConceptNameCodeSequence: [concept],
  ...rest,
});

const measured = (concept: Attributes, value: number, unit: string): Attributes =>
  contained('NUM', concept, {
    MeasuredValueSequence: [
      { NumericValue: value.toFixed(2), MeasurementUnitsCodeSequence: [code(unit, 'UCUM', unit)] },
    ],
  });

/**
 * X-Ray Radiation Dose SR with its accumulated values and one acquisition (TID 10011, in part): what a reader of images has
 * to leave alone.
 */
export function doseReport(plan: CtStudyPlan, scanner: Scanner, sopInstanceUid: string): Attributes {
  const index = (scanner.milliampere * scanner.kvp ** 2) / IMAGING.doseReference;
  const product = (index * plan.slices * SLICE_MM) / 10;
  return {
    SOPClassUID: RADIATION_DOSE_SR,
    SOPInstanceUID: sopInstanceUid,
    InstanceNumber: '1',
    ContentTime: '093500',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    ValueType: 'CONTAINER',
    ContinuityOfContent: 'SEPARATE',
    ConceptNameCodeSequence: [code('113701', 'DCM', 'X-Ray Radiation Dose Report')],
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '10011' }],
    ContentSequence: [
      contained('CONTAINER', code('113811', 'DCM', 'CT Accumulated Dose Data'), {
        ContinuityOfContent: 'SEPARATE',
        ContentSequence: [
          measured(code('113812', 'DCM', 'Total Number of Irradiation Events'), 1, '{events}'),
          measured(code('113813', 'DCM', 'CT Dose Length Product Total'), product, 'mGy.cm'),
        ],
      }),
      contained('CONTAINER', code('113819', 'DCM', 'CT Acquisition'), {
        ContinuityOfContent: 'SEPARATE',
        ContentSequence: [measured(code('113830', 'DCM', 'Mean CTDIvol'), index, 'mGy')],
      }),
    ],
  };
}

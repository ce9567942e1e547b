import type { ImagingRules, SeriesExclusion } from '../../../domain/index.ts';
import type { SeriesDetails } from '../../common/index.ts';
import { normalOf } from './series-details.ts';

const upper = (values: readonly string[] | undefined): readonly string[] =>
  (values ?? []).map((value) => value.trim().toUpperCase());

/** Values of ImageType beyond the second that no axial acquisition has: PS3.3 C.8.2.1.1.1, and what makers add. */
const DERIVED_WORDS =
  /^(MPR|MIP|MINIP|MINMIP|AVERAGE|PROJECTION IMAGE|REFORMATTED|VOLUME.?REND.*|VRT|SSD|CURVED.*|SCREEN ?SAVE|DOSE.*|CSA.*MPR.*)$/;
const SCOUT = /\b(scout|topogram|localizer|localiser|surview|scanogram|scano)\b/i;
const REFORMAT =
  /\b(mpr|mip|minip|vrt|coronal|sagittal|cor|sag|dose report|patient protocol|screen ?save|summary)\b/i;

const isLocalizer = ({ imageType, description = '' }: SeriesDetails): boolean =>
  upper(imageType).includes('LOCALIZER') || SCOUT.test(description);

/** Axial reformats are DERIVED too: what was interpolated once is not what was measured. */
const isDerived = ({ imageType, description = '' }: SeriesDetails): boolean => {
  const [first, second, ...rest] = upper(imageType);
  if (first === 'DERIVED' || second === 'SECONDARY') return true;
  return rest.some((value) => DERIVED_WORDS.test(value)) || REFORMAT.test(description);
};

/** Cosine of 25 degrees, more than any gantry tilts in a chest; what is less tilted is the volume's to judge. */
const AXIAL_COSINE = Math.cos((25 * Math.PI) / 180);

const isNotAxial = ({ orientation }: SeriesDetails): boolean => {
  const normal = normalOf(orientation);
  return normal !== undefined && Math.abs(normal[2]) < AXIAL_COSINE;
};

/** Parts of which no lungs are seen, by the terms of PS3.16 annex L. */
const OTHER_PARTS =
  /^(HEAD|HEADNECK|BRAIN|SKULL|NECK|CSPINE|LSPINE|SSPINE|SPINE|ABDOMEN|ABDOMENPELVIS|PELVIS|LIVER|KIDNEY|PANCREAS|BLADDER|HIP|LEG|KNEE|ANKLE|FOOT|ARM|ELBOW|WRIST|HAND|SHOULDER|EXTREMITY|JAW|ORBIT|SINUS|IAC|MAXILLA|MANDIBLE|FEMUR|UTERUS|PROSTATE)$/;
const CHEST = /\b(chest|thorax|thoracic|lungs?|pulmonary)\b|胸|肺/i;

/**
 * BodyPartExamined is often wrong (in 15 % of images; Gueld 2002, doi:10.1117/12.467017): it excludes only where it names
 * another part and the description does not speak of the chest.
 */
const isOtherPart = ({ bodyPartExamined = '', description = '' }: SeriesDetails): boolean =>
  OTHER_PARTS.test(
    bodyPartExamined
      .trim()
      .toUpperCase()
      .replace(/[\s_-]/g, ''),
  ) && !CHEST.test(description);

const isTooFew = (series: SeriesDetails, rules: ImagingRules): boolean => {
  const slices = series.slices ?? series.instances;
  if (slices === undefined) return false;
  const { sliceSpacingMm } = series;
  if (slices < rules.minimumSlices) return true;
  return sliceSpacingMm !== undefined && (slices - 1) * sliceSpacingMm < rules.minimumCoverageMm;
};

/** Written as decimals: 5 may come as 5.0000001. */
const TOLERANCE_MM = 1e-3;

const isTooThick = ({ sliceSpacingMm, sliceThicknessMm }: SeriesDetails, rules: ImagingRules): boolean =>
  Math.max(sliceSpacingMm ?? 0, sliceThicknessMm ?? 0) > rules.maximumSliceSpacingMm + TOLERANCE_MM;

const isIncomplete = ({ listed, instances }: SeriesDetails): boolean =>
  listed !== undefined && instances !== undefined && listed < instances;

const TESTS: readonly (readonly [
  SeriesExclusion,
  (series: SeriesDetails, rules: ImagingRules) => boolean,
])[] = [
  ['not-ct', ({ dicomModality }) => dicomModality !== 'CT'],
  ['localizer', isLocalizer],
  ['derived', isDerived],
  ['not-axial', isNotAxial],
  ['other-body-part', isOtherPart],
  ['too-few-slices', isTooFew],
  ['too-thick', isTooThick],
  ['incomplete', isIncomplete],
];

/** Why a series cannot be read: the first that applies; undefined where it can. What it does not tell is no reason. */
export const exclusionOf = (series: SeriesDetails, rules: ImagingRules): SeriesExclusion | undefined =>
  TESTS.find(([, applies]) => applies(series, rules))?.[0];

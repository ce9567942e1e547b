import type { AppointmentKind } from '../../cards/index.ts';
import type { AppointmentFact } from '../../chart/index.ts';
import type { FollowUpProposal } from '../../policy/index.ts';
import type { HookDependencies } from '../common/index.ts';

type Codes = HookDependencies['codes'];
type Codings = AppointmentFact['reasons'];

/** What one member says: a follow-up after lung surgery, something else, or nothing that is understood here. */
type Word = 'ours' | 'other' | 'unknown';

/** HL7 v2 table 0276, "default if not valued": says nothing. */
const isDefault = ({ system, code }: Codings[number]): boolean =>
  system === 'http://terminology.hl7.org/CodeSystem/v2-0276' && code === 'ROUTINE';

/** Another code of a system that the ValueSet speaks is another thing; of a foreign system nobody can tell. */
const wordOf = (codes: Codes, codings: Codings, ...valueSets: readonly string[]): Word => {
  if (valueSets.some((id) => codes.includes(id, codings))) return 'ours';
  return codings.some(({ system }) => valueSets.some((id) => codes.speaks(id, system))) ? 'other' : 'unknown';
};

const isChestCt = (codes: Codes, codings: Codings): boolean => codes.includes('chest-ct-order', codings);

const isVisit = (
  codes: Codes,
  { serviceTypes, appointmentTypes, specialties, reasons, saidInWords }: AppointmentFact,
): boolean => {
  const types = appointmentTypes.filter((coding) => !isDefault(coding));
  const all = [...serviceTypes, ...types, ...specialties, ...reasons];
  // Where a site has told the nightly sweep which appointments are follow-ups, it need not tell twice.
  if (codes.includes('follow-up-appointment', all)) return true;
  // Many EHRs send no codes at all; of a patient who was operated on the lung, a follow-up is the likely case.
  if (all.length === 0) return !saidInWords;
  const service = wordOf(codes, serviceTypes, 'follow-up-visit');
  const type = wordOf(codes, types, 'follow-up-visit');
  const specialty = wordOf(codes, specialties, 'follow-up-specialty');
  const reason = wordOf(codes, reasons, 'follow-up-reason', 'lung-cancer');
  if ([service, type, specialty].includes('other')) return false;
  // A cough may be why a thoracic surgeon sees a patient; in no named clinic it makes it another visit.
  if (reason === 'other') return service === 'ours' || specialty === 'ours';
  return [service, type, specialty, reason].includes('ours');
};

/**
 * What an appointment is for, of what a follow-up policy proposes; none: something else, or said in codes or words
 * that nothing here understands. One may be for both.
 */
export const kindsOf = (codes: Codes, fact: AppointmentFact): readonly AppointmentKind[] => {
  const { serviceTypes, appointmentTypes, specialties, reasons } = fact;
  if (isChestCt(codes, [...serviceTypes, ...appointmentTypes, ...specialties, ...reasons])) {
    const isBoth = codes.includes('follow-up-visit', serviceTypes);
    return isBoth ? ['chest-ct', 'visit'] : ['chest-ct'];
  }
  return isVisit(codes, fact) ? ['visit'] : [];
};

/** Does it say nothing at all of what it is for? Then the card tells that this was a guess. */
export const isUnsaid = ({
  serviceTypes,
  appointmentTypes,
  specialties,
  reasons,
  saidInWords,
}: AppointmentFact): boolean =>
  !saidInWords &&
  [...serviceTypes, ...appointmentTypes, ...specialties, ...reasons].every((coding) => isDefault(coding));

/** The first that is due of a kind, by the codes of the proposals; undefined where the policy proposes none. */
export const proposalOf = (
  codes: Codes,
  proposals: readonly FollowUpProposal[],
  kind: AppointmentKind,
): FollowUpProposal | undefined =>
  proposals
    .filter(({ resource }) => {
      const codings = resource.code?.coding ?? [];
      return kind === 'visit' ? codes.includes('follow-up-visit', codings) : isChestCt(codes, codings);
    })
    .reduce<FollowUpProposal | undefined>(
      (first, each) => (first === undefined || each.dueDate < first.dueDate ? each : first),
      undefined,
    );

/** Texts of the cards about booked follow-up visits: for who books, in plain words. */
export const enAppointment = {
  'appointment.kind.visit': 'Follow-up visit',
  'appointment.kind.chest-ct': 'Chest CT',
  'appointment.summary.booked': '{{what}} booked for {{date}}: {{late}} later than proposed (by {{by}})',
  'appointment.summary.requested':
    '{{what}} asked for from {{date}}: {{late}} later than proposed (by {{by}})',
  'appointment.why':
    'The follow-up policy proposes an earlier date for this patient. Nothing of this kind was found between the proposed dates.',
  'appointment.column.what': 'What',
  'appointment.column.booked': 'Booked',
  'appointment.column.proposed': 'Proposed',
  'appointment.column.late': 'Later by',
  'appointment.what': '{{title}} ({{description}})',
  'appointment.counted-from': 'The proposed dates are counted from the appointment of {{date}}.',
  'appointment.guess':
    'The appointment does not say what it is for. It was taken for a follow-up visit; if it is something else, this card can be ignored.',
  'appointment.others-unread':
    'The patient’s other appointments could not be read: one of them may already be between the proposed dates.',
  'appointment.suggestion': 'Ask for a date by {{date}} instead',
  'appointment.suggestion.new': 'Ask for a date by {{date}} as well',
  'appointment.action.update': '{{what}}: ask for a date from {{from}} to {{to}} instead of the booked one',
  'appointment.action.create': '{{what}}: new request for a date from {{from}} to {{to}}; the booking stays',
  'appointment.not-compared': 'Follow-up date not checked',
  'appointment.stands': 'The booking is not affected.',
  'appointment.pending': 'The recurrence risk is still being computed',
  'appointment.pending.detail':
    'The proposed date depends on it. It will be ready in a few minutes; who opens the chart then sees the proposed follow-up.',
  'appointment.not-rechecked': 'The last result, of {{date}}, could not be rechecked',
  'appointment.not-rechecked.detail':
    'Proposed dates count from a result of today. The date can be checked once the chart can be read again.',
} as const;

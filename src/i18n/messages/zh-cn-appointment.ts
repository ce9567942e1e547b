/** Texts of the cards about booked follow-up visits. */
export const zhCNAppointment = {} as const;

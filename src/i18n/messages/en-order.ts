/** Texts of the cards about orders that are being written. */
export const enOrder = {} as const;

/** Texts of the cards about orders that are being written. */
export const zhCNOrder = {} as const;

import type { Card } from './response.ts';

/** A card on somebody's screen. */
export interface ShownCard {
  readonly patientId: string;
  readonly serviceId: string;
  readonly card: Card;
}

/** The cards that were shown last, by uuid: what a click is about. */
export interface ShownCards {
  add(shown: ShownCard): void;
  get(uuid: string): ShownCard | undefined;
}

const KEPT = 500;

export function createShownCards(): ShownCards {
  const shown = new Map<string, ShownCard>();
  return {
    add: (each) => {
      const { uuid } = each.card;
      if (uuid === undefined) return;
      shown.set(uuid, each);
      const [oldest] = shown.keys();
      if (shown.size > KEPT && oldest !== undefined) shown.delete(oldest);
    },
    get: (uuid) => shown.get(uuid),
  };
}

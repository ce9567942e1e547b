import { bundle, ctDone, order, orderSelect } from '../../support/draft-orders.ts';
import { EXAMPLE_PATIENT, type PublishedRequest } from '../published-request.ts';

/** Three weeks after the last one, a CT is ordered for next week. */
const chestCt = order('draft-ct', EXAMPLE_PATIENT, {
  priority: 'routine',
  occurrenceDateTime: '2026-12-01',
  reasonCode: [{ text: 'Follow-up after lobectomy' }],
});

export const request: PublishedRequest = {
  context: orderSelect(EXAMPLE_PATIENT, [chestCt]).context,
  prefetch: {
    imaging: bundle(ctDone('ct-of-november', EXAMPLE_PATIENT, '2026-11-02T09:30:00Z')),
    serviceRequests: bundle(),
    appointments: bundle(),
  },
};

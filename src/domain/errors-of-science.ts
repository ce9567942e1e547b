import { kind, type ErrorKind } from './error-kind.ts';

/** What the statistics and the learning refuse, and cohorts and data files they cannot use. */
export const SCIENCE_ERRORS = {
  COHORT_INVALID: kind(
    422,
    'invalid',
    'The cohort cannot be used.',
    'See the message; `recurrence-cds simulate` writes a valid one.',
  ),
  DATA_SET_INVALID: kind(
    422,
    'invalid',
    'A published data set cannot be read.',
    'RECURRENCE_DATA must name the folder that holds it, unchanged; the message names the file.',
  ),
  SURVIVAL_INPUT_INVALID: kind(
    422,
    'invalid',
    'Survival data are not valid.',
    'Times must be finite, not negative, after entry; events 0 or 1.',
  ),
  SURVIVAL_NO_EVENTS: kind(
    422,
    'invalid',
    'There is no event to learn from.',
    'Every row is censored, or none has its event where it could count; follow up longer, or join groups.',
  ),
  COX_COLLINEAR: kind(
    422,
    'processing',
    'A covariate of the Cox model is constant, or follows from the others.',
    'Leave the named column out, or penalise.',
  ),
  COX_SEPARATED: kind(
    422,
    'processing',
    'A covariate separates the events: its coefficient has no finite estimate.',
    'Leave the named column out, join its levels, or penalise.',
  ),
  COX_NOT_CONVERGED: kind(
    422,
    'processing',
    'The Cox model did not converge.',
    'Use fewer or penalised covariates; check for one that separates the events.',
  ),
  LEARNING_INPUT_INVALID: kind(
    422,
    'invalid',
    'The data cannot be learned from.',
    'The message names what is wrong: a length, a value that is not finite, a group or class that is empty.',
  ),
  LEARNING_NOT_CONVERGED: kind(
    422,
    'processing',
    'A model did not converge.',
    'Use fewer features or groups, more restarts, or a stronger penalty.',
  ),
  ONNX_INVALID: kind(500, 'invalid', 'An ONNX graph could not be built.', 'See the message.'),
} as const satisfies Record<string, ErrorKind>;

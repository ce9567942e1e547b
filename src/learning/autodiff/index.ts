export {
  createTrainingSession,
  type TrainingSession,
  type TrainingSessionOptions,
} from './training-session.ts';

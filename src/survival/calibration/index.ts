export {
  type BrierAtHorizon,
  type BrierDifference,
  brierDifference,
  type BrierOptions,
  brierScore,
  integratedBrier,
  type IntegratedBrier,
} from './brier.ts';
export {
  type CalibrationGroup,
  calibrationGroups,
  type CalibrationInTheLarge,
  calibrationInTheLarge,
  type CalibrationSlope,
  calibrationSlope,
} from './calibration.ts';
export { decisionCurve, type NetBenefit } from './decision-curve.ts';
export { smoothCalibration, type SmoothCalibration } from './smooth.ts';

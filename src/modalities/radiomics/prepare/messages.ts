import type { ErrorCode } from '../../../domain/index.ts';
import type { PreparedCt, PrepareOptions } from './prepare-ct.ts';

export interface CtRequest {
  readonly id: number;
  readonly files: readonly string[];
  readonly options: PrepareOptions;
}

export type CtAnswer =
  | { readonly id: number; readonly prepared: PreparedCt }
  | { readonly id: number; readonly code: ErrorCode; readonly detail?: string };

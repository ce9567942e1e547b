export {
  type Attribute,
  type Attributes,
  type Dimension,
  graphBuilder,
  type GraphBuilder,
  type TensorData,
} from './graph-builder.ts';
export type { ElementType } from './protocol.ts';

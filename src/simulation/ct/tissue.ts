/** Typical HU; vessels and organs of a contrast CT are those of a portal phase. */
export const HU = {
  air: -1000,
  skin: 20,
  fat: -100,
  muscle: 55,
  gland: 20,
  cartilage: 110,
  disc: 85,
  cord: 35,
  marrow: 190,
  bone: 430,
  ribCortex: 420,
  cortex: 480,
  softTissue: 45,
  fluid: 8,
  scar: 62,
  clip: 2400,
} as const;

export interface ContrastHu {
  readonly blood: number;
  readonly myocardium: number;
  readonly liver: number;
  readonly spleen: number;
  readonly tumour: number;
}

export const CONTRAST_HU: Readonly<Record<'native' | 'enhanced', ContrastHu>> = {
  native: { blood: 42, myocardium: 45, liver: 60, spleen: 48, tumour: 40 },
  enhanced: { blood: 165, myocardium: 100, liver: 105, spleen: 115, tumour: 70 },
};

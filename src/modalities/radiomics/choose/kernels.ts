/** Reconstruction kernels by name, as makers have them. A number alone says nothing. */
const STANDARD: readonly RegExp[] = [
  /^(STANDARD|SOFT|CHST|STND)( PLUS)?$/, // GE
  /^[BIQ][RVFLS]?[1-4]\d[A-Z]?([\\/ ].*)?$/, // Siemens: B30f, I31f, Br40, Bf37: below 50
  /^[ABC]$/, // Philips
  /^FC(0\d|1\d)$/, // Canon (Toshiba): body, FC01 to FC19
];

/** Does a kernel leave noise as it is? Lung and bone kernels sharpen it; of an unknown one nothing is claimed. */
export const isStandardKernel = (kernel: readonly string[] | undefined): boolean => {
  const [name] = kernel ?? [];
  return name !== undefined && STANDARD.some((pattern) => pattern.test(name.trim().toUpperCase()));
};

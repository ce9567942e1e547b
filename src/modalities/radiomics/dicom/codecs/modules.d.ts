/** The parts of the Emscripten codecs used here; the packages ship no types. */
interface EmscriptenFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned?: boolean;
}

interface EmscriptenDecoder {
  /** A view of WASM memory: gone when it grows. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getFrameInfo(): EmscriptenFrameInfo;
  /** A view of WASM memory: copy it before anything else runs. */
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

interface EmscriptenOptions {
  print?: (text: string) => void;
  printErr?: (text: string) => void;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const load: (options: EmscriptenOptions) => Promise<{ JpegLSDecoder: new () => EmscriptenDecoder }>;
  export default load;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const load: (options: EmscriptenOptions) => Promise<{ J2KDecoder: new () => EmscriptenDecoder }>;
  export default load;
}
declare module '@cornerstonejs/codec-openjph' {
  const load: (options: EmscriptenOptions) => Promise<{ HTJ2KDecoder: new () => EmscriptenDecoder }>;
  export default load;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const load: (options: EmscriptenOptions) => Promise<{ JPEGDecoder: new () => EmscriptenDecoder }>;
  export default load;
}

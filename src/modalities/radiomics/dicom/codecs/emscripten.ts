import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { asIntegers } from './native.ts';

/** One byte a pixel where the codec has at most 8 bits, two where the format has more allocated. */
function widen(bytes: Uint8Array, format: PixelFormat, isSigned: boolean): StoredPixels {
  const isNarrow = bytes.length === format.rows * format.columns && format.bitsAllocated > 8;
  if (!isNarrow) return asIntegers(bytes, format);
  const narrow = isSigned ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  const wide = asIntegers(new Uint8Array((bytes.length * format.bitsAllocated) / 8), format);
  wide.set(narrow);
  return wide;
}

/** WebAssembly.RuntimeError: unreachable, out of bounds, out of memory; a C++ exception is none. */
const isTrap = (cause: unknown): boolean => cause instanceof Error && cause.name === 'RuntimeError';

/**
 * An Emscripten codec: one instance, loaded with the first frame and kept warm, with an options object of its own
 * (Emscripten writes into it). After a trap of WASM, whose memory may be anything, the next frame gets a new one.
 */
export class WasmCodec<Library> {
  readonly #load: (options: EmscriptenOptions) => Promise<Library>;
  readonly #create: (library: Library) => EmscriptenDecoder;
  #library: Promise<Library> | undefined;
  /** What the codec says on stderr, where it says so instead of throwing. */
  #complaints = 0;

  constructor(
    load: (options: EmscriptenOptions) => Promise<Library>,
    create: (library: Library) => EmscriptenDecoder,
  ) {
    this.#load = load;
    this.#create = create;
  }

  /**
   * Pixels as the codec gives them, in integers of the format.
   *
   * @throws {CdsError} DICOM_TRUNCATED where the codec throws, complains, or gives another image than the header says
   */
  async decode(name: string, frame: Uint8Array, format: PixelFormat): Promise<StoredPixels> {
    this.#library ??= this.#load({
      print: () => undefined,
      printErr: () => {
        this.#complaints += 1;
      },
    });
    const library = await this.#library;
    try {
      return this.#run(library, name, frame, format);
    } catch (cause) {
      if (isTrap(cause)) this.#library = undefined;
      throw cause instanceof CdsError ? cause : damaged(`${name}: the codec refused it.`);
    }
  }

  /** Without an await: the decoded buffer is a view of WASM memory, and is copied before anything else can run. */
  #run(library: Library, name: string, frame: Uint8Array, format: PixelFormat): StoredPixels {
    const before = this.#complaints;
    const decoder = this.#create(library);
    try {
      decoder.getEncodedBuffer(frame.length).set(frame);
      decoder.decode();
      if (this.#complaints !== before) throw damaged(`${name}: the codec found damage.`);
      const { width, height, componentCount, bitsPerSample, isSigned = false } = decoder.getFrameInfo();
      checkCodestream(
        name,
        { rows: height, columns: width, components: componentCount, precision: bitsPerSample },
        format,
      );
      const bytes = decoder.getDecodedBuffer();
      if (bytes.length !== width * height * (bitsPerSample > 8 ? 2 : 1))
        throw damaged(`${name}: the codec gave another count of pixels.`);
      return widen(bytes, format, isSigned);
    } finally {
      decoder.delete();
    }
  }
}

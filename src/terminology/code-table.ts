/** Values by system and code. Two levels: a key joined of both would be a new string at every look-up. */
export class CodeTable<T> {
  readonly #bySystem = new Map<string, Map<string, T>>();

  set(system: string, code: string, value: T): void {
    const codes = this.#bySystem.get(system) ?? new Map<string, T>();
    this.#bySystem.set(system, codes.set(code, value));
  }

  get(system: string, code: string): T | undefined {
    return this.#bySystem.get(system)?.get(code);
  }

  /** `system|code` of every entry, in order of entry. */
  tokens(): string[] {
    return [...this.#bySystem].flatMap(([system, codes]) =>
      [...codes.keys()].map((code) => `${system}|${code}`),
    );
  }
}

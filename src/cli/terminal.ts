/** Where a command writes: results to `out`, everything said to a person beside them to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person looks at `out`: colours and progress lines only then. */
  readonly isTTY: boolean;
}

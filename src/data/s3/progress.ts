/** How far a transfer is. */
export interface Progress {
  readonly files: number
  /** Bytes that are where they belong, those that were there already included. */
  readonly bytes: number
  /** Missing until the source has been counted. */
  readonly total: { readonly files: number; readonly sizeBytes: number } | undefined
  /** Over the last seconds; bytes that were there already do not count. */
  readonly bytesPerSecond: number
  /** Missing while the end cannot be foreseen. */
  readonly etaMs: number | undefined
}

export interface Meter {
  readonly bytes: (sizeBytes: number) => void
  /** Bytes that need not be moved. */
  skip(sizeBytes: number): void
  file(): void
  total(total: { readonly files: number; readonly sizeBytes: number }): void
}

/** The speed is that of this time past. */
const WINDOW_MS = 10_000
const SAMPLE_MS = 250

/** @param nowMs a clock that only goes forward */
export function createMeter(
  report: ((progress: Progress) => void) | undefined,
  nowMs: () => number = () => performance.now(),
): Meter {
  const samples: { atMs: number; moved: number }[] = [{ atMs: nowMs(), moved: 0 }]
  let [files, moved, skipped] = [0, 0, 0]
  let total: Progress['total']
  const tell = (): void => {
    if (report === undefined) return
    const atMs = nowMs()
    if (atMs - samples.at(-1)!.atMs >= SAMPLE_MS) samples.push({ atMs, moved })
    while (samples.length > 2 && atMs - samples[1]!.atMs >= WINDOW_MS) samples.shift()
    const first = samples[0]!
    const bytesPerSecond = atMs > first.atMs ? ((moved - first.moved) / (atMs - first.atMs)) * 1000 : 0
    const bytes = moved + skipped
    const left = total === undefined ? undefined : Math.max(0, total.sizeBytes - bytes)
    const etaMs = left === undefined || bytesPerSecond === 0 ? undefined : (left / bytesPerSecond) * 1000
    report({ files, bytes, total, bytesPerSecond, etaMs })
  }
  return {
    bytes(sizeBytes) {
      moved += sizeBytes
      tell()
    },
    skip(sizeBytes) {
      skipped += sizeBytes
    },
    file() {
      files++
      tell()
    },
    total(counted) {
      total = counted
    },
  }
}

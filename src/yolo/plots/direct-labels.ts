import { fitText, textPath } from './text-path.ts'

export interface DirectLabel {
  readonly text: string
  /** Where the line that it names ends, in pixels. */
  readonly y: number
  readonly colour: string
  readonly bold?: boolean
}

/** Names of lines at their right ends, moved apart so that none covers another. */
export function directLabels(
  labels: readonly DirectLabel[],
  area: { readonly x: number; readonly top: number; readonly bottom: number; readonly width: number },
  size = 15,
): string {
  const gap = size * 1.25
  const sorted = labels.map((label) => ({ ...label })).sort((a, b) => a.y - b.y)
  for (const [i, label] of sorted.entries()) {
    label.y = Math.max(label.y, i === 0 ? area.top : sorted[i - 1]!.y + gap)
  }
  // What was pushed out at the bottom comes back up.
  for (let i = sorted.length - 1; i >= 0; i--) {
    const limit = i === sorted.length - 1 ? area.bottom : sorted[i + 1]!.y - gap
    sorted[i]!.y = Math.min(sorted[i]!.y, limit)
  }
  return sorted
    .map(({ text, y, colour, bold }) =>
      textPath(area.x, y + size * 0.35, fitText(text, size, area.width), { size, fill: colour, bold }),
    )
    .join('')
}

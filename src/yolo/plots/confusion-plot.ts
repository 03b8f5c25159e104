import type { ConfusionMatrix } from '../eval/confusion-matrix.ts'
import { GRID, heatColour, INK, MUTED } from './palette.ts'
import { element, type Picture } from './svg.ts'
import { fitText, textPath, textWidth } from './text-path.ts'

/**
 * Which class was taken for which, rows being what is there and columns what was reported.
 *
 * @param normalised each row as shares of its true boxes; otherwise counts
 */
export function confusionPlot(matrix: ConfusionMatrix, classNames: readonly string[], normalised: boolean): Picture {
  const labels = [...classNames, 'background']
  const n = labels.length
  // Small sets fill a readable page, large ones grow it.
  const cell = Math.max(15, Math.min(96, Math.floor(840 / n)))
  const size = Math.max(9, Math.min(15, cell * 0.7))
  const longest = Math.min(180, Math.max(...labels.map((label) => textWidth(label, size))))
  const left = Math.ceil(longest) + 62
  const top = 74
  const side = cell * n
  const bottom = top + side
  const totals = matrix.counts.map((row) => row.reduce((sum, count) => sum + count, 0))
  const most = matrix.counts.flat().reduce((a, b) => Math.max(a, b), 1)
  const cells = matrix.counts.flatMap((row, t) =>
    row.map((count, p) => {
      const share = normalised ? count / Math.max(1, totals[t]!) : count / most
      const [x, y] = [left + p * cell, top + t * cell]
      // The lower right corner is no case: nothing there and nothing reported.
      if (t === n - 1 && p === n - 1) return element('rect', { x, y, width: cell, height: cell, fill: '#eef1f4' })
      // Thin borders guide the eye where cells are large enough to have them.
      const border = cell < 30 ? {} : { stroke: GRID }
      const fill = element('rect', { x, y, width: cell, height: cell, fill: heatColour(share), ...border })
      const text = normalised ? share.toFixed(2) : String(count)
      if (count === 0 || cell < 30) return fill
      const fits = Math.min(16, cell / 2.6, (16 * (cell - 4)) / textWidth(text, 16))
      const colour = share > 0.55 ? '#ffffff' : INK
      return (
        fill + textPath(x + cell / 2, y + cell / 2 + fits * 0.36, text, { size: fits, fill: colour, anchor: 'middle' })
      )
    }),
  )
  const isFlat = longest < cell - 6
  const names = labels.flatMap((label, i) => {
    const text = fitText(label, size, longest)
    const middle = (i + 0.5) * cell
    return [
      textPath(left - 8, top + middle + size * 0.36, text, { size, anchor: 'end' }),
      isFlat
        ? textPath(left + middle, bottom + size + 7, text, { size, anchor: 'middle' })
        : textPath(left + middle + size * 0.36, bottom + 8, text, { size, anchor: 'end', rotate: -90 }),
    ]
  })
  const title = normalised ? 'Confusion matrix, shares of each row' : 'Confusion matrix, boxes'
  const note = `confidence from ${matrix.confidence.toFixed(2)}, IoU from ${matrix.iou}`
  const height = bottom + (isFlat ? size : longest) + 56
  const content = [
    textPath(left, 32, title, { size: 19, bold: true }),
    textPath(left, 56, note, { size: 15, fill: MUTED }),
    ...cells,
    element('rect', { x: left, y: top, width: side, height: side, fill: 'none', stroke: '#9aa6b2' }),
    ...names,
    textPath(22, top + side / 2, 'what is there', { size: 15, fill: MUTED, anchor: 'middle', rotate: -90 }),
    textPath(left + side / 2, height - 14, 'what was reported', { size: 15, fill: MUTED, anchor: 'middle' }),
    scaleBar(left + side + 30, top, Math.min(side, 320), normalised ? 1 : most),
  ]
  return { width: Math.max(560, left + side + 120), height: Math.ceil(height), content: content.join('') }
}

function scaleBar(x: number, top: number, height: number, most: number): string {
  const steps = 40
  const bars = Array.from({ length: steps }, (_, i) =>
    element('rect', {
      x,
      y: top + (i * height) / steps,
      width: 18,
      height: height / steps + 0.5,
      fill: heatColour(1 - i / (steps - 1)),
    }),
  )
  return [
    ...bars,
    element('rect', { x, y: top, width: 18, height, fill: 'none', stroke: '#9aa6b2' }),
    textPath(x + 26, top + 12, String(most), { size: 14, fill: MUTED }),
    textPath(x + 26, top + height, '0', { size: 14, fill: MUTED }),
  ].join('')
}

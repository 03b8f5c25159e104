import sharp from 'sharp'
import { expect, test } from 'vitest'
import { confidenceCurves } from '../eval/confidence-curves.ts'
import { confusionMatrix } from '../eval/confusion-matrix.ts'
import type { DetectionImage, GroundTruthImage } from '../eval/detections.ts'
import type { EpochRow } from '../train/results.ts'
import { confusionPlot } from './confusion-plot.ts'
import { DETECTION_CURVES, detectionCurves } from './detection-curves.ts'
import { directLabels } from './direct-labels.ts'
import { labelPlot } from './label-plot.ts'
import { heatColour } from './palette.ts'
import { panel } from './panel.ts'
import { pictureSheet } from './picture-sheet.ts'
import { renderPng } from './svg.ts'
import { trainingCurves } from './training-curves.ts'

/** One box and one hit for each of K classes; the more, the less confident. */
function found(K: number): { truth: GroundTruthImage[]; detections: DetectionImage[] } {
  const box = [0, 0, 10, 10] as const
  return {
    truth: Array.from({ length: K }, (_, k) => ({
      id: String(k),
      boxesXyxyPx: Float32Array.from(box),
      classes: Int32Array.of(k),
    })),
    detections: Array.from({ length: K }, (_, k) => ({
      id: String(k),
      detections: [{ classId: k, confidence: 1 - k / (K + 1), box }],
    })),
  }
}

test('a panel maps values to pixels, y upwards', () => {
  const axis = { low: 0, high: 2, label: '' }
  const plot = panel({ left: 100, top: 50, width: 200, height: 400, title: '', x: axis, y: axis })
  expect([plot.x(0), plot.x(2), plot.y(0), plot.y(2)]).toEqual([100, 300, 450, 50])
})

test('few classes have a colour each; of many the best and the worst three do, the others are context', () => {
  const strokes = (K: number): string[] => {
    const { truth, detections } = found(K)
    const curves = confidenceCurves(truth, detections, K)
    const names = Array.from({ length: K }, (_, k) => `class ${k}`)
    const { content } = detectionCurves(DETECTION_CURVES['pr-curve']!, curves, names)
    return [...content.matchAll(/stroke-linejoin="round" stroke="(#\w+)"/g)].map((match) => match[1]!)
  }
  // The last line is the mean, in ink.
  expect(strokes(4)).toEqual(['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#1b2530'])
  expect(strokes(80).filter((stroke) => stroke === '#b4bfca')).toHaveLength(74)
  expect(new Set(strokes(80))).toHaveLength(8)
})

test('a confusion matrix of 80 classes grows and is drawn without numbers in its cells', async () => {
  const names = Array.from({ length: 80 }, (_, k) => `class ${k}`)
  const { truth, detections } = found(80)
  const picture = confusionPlot(confusionMatrix(truth, detections, 80), names, true)
  expect(picture.width).toBeGreaterThan(1200)
  const { width, height, format } = await sharp(await renderPng(picture)).metadata()
  expect({ width, height, format }).toEqual({ width: picture.width, height: picture.height, format: 'png' })
})

test('labels at the ends of lines do not cover each other and stay in their area', () => {
  const labels = [100, 100, 100, 299].map((y, i) => ({ text: `${i}`, y, colour: '#000000' }))
  const svg = directLabels(labels, { x: 0, top: 0, bottom: 300, width: 100 }, 16)
  const ys = [...svg.matchAll(/translate\(0\.0 ([\d.]+)\)/g)].map((match) => Number(match[1]))
  expect(ys).toHaveLength(4)
  for (let i = 1; i < ys.length; i++) expect(ys[i]! - ys[i - 1]!).toBeGreaterThanOrEqual(19.9)
  expect(ys.at(-1)).toBeLessThanOrEqual(306)
})

test('training curves mark what is shipped, and say what was not measured', async () => {
  const row = (epoch: number, valMap50: number | null): EpochRow => ({
    epoch,
    trainLoss: epoch === 0 ? null : 3 / epoch,
    boxLoss: epoch === 0 ? null : 1 / epoch,
    clsLoss: epoch === 0 ? null : 1 / epoch,
    dflLoss: epoch === 0 ? null : 1 / epoch,
    valMap50,
    valMap50_95: valMap50 === null ? null : valMap50 / 2,
    learningRate: epoch === 0 ? null : 0.001,
    imagesPerSecond: epoch === 0 ? null : 10,
    seconds: epoch,
    boxesLeftOut: 0,
    waitShare: null,
  })
  const rings = (content: string): number => content.match(/<circle[^>]*fill="none"/g)?.length ?? 0
  const measured = trainingCurves([row(0, 0.5), row(1, 0.4)], 0)
  // One around the point, one in the legend.
  expect(rings(measured.content)).toBe(2)
  expect(rings(trainingCurves([row(1, null)], 1).content)).toBe(0)
  expect((await sharp(await renderPng(measured)).metadata()).width).toBe(1200)
})

test('label statistics draw one bar for each class, the smaller ones of many together', () => {
  const bars = (K: number): number => {
    const classNames = Array.from({ length: K }, (_, k) => `class ${k}`)
    const images = classNames.map((_, k) => ({
      boxesXyxyNorm: Float32Array.of(0.1, 0.1, 0.2, 0.2),
      classes: Int32Array.of(k),
      width: 320,
      height: 320,
    }))
    return labelPlot({ classNames, images }).content.match(/<rect x="200"/g)?.length ?? 0
  }
  expect(bars(3)).toBe(3)
  expect(bars(80)).toBe(20)
  // More boxes than a call has room for arguments.
  const image = {
    boxesXyxyNorm: new Float32Array(800_000).fill(0.5),
    classes: new Int32Array(200_000),
    width: 320,
    height: 320,
  }
  expect(labelPlot({ classNames: ['car'], images: [image] }).content).not.toContain('NaN')
})

test('a sheet shows a box where it is in its picture', async () => {
  const image = { width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3).fill(40) }
  const sheet = await pictureSheet([{ image, boxes: [{ box: [16, 16, 48, 48], classId: 1 }], caption: '' }], 1)
  const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true })
  // The picture fills the sheet but for the gap around it; the box's left side is a quarter in.
  const brightest = (x: number, y: number): number => {
    let best = 0
    for (let dx = -4; dx <= 4; dx++) best = Math.max(best, data[(y * info.width + x + dx) * info.channels + 2]!)
    return best
  }
  expect(brightest(Math.round(6 + (info.width - 12) * 0.25), Math.round(info.height / 2))).toBeGreaterThan(150)
  expect(brightest(Math.round(6 + (info.width - 12) * 0.15), Math.round(info.height / 2))).toBeLessThan(80)
})

test('heat grows darker from white', () => {
  expect(heatColour(0)).toBe('#ffffff')
  const light = (share: number): number => parseInt(heatColour(share).slice(1, 3), 16)
  expect([0.1, 0.3, 0.5, 0.7].map(light).every((value, i, all) => i === 0 || value < all[i - 1]!)).toBe(true)
})

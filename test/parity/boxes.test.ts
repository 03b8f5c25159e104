import { afterAll, expect, test } from 'vitest'
import { readJson } from '../../src/core/json.ts'
import { predictImage } from '../../src/yolo/predict/predict-image.ts'
import { openDetector } from '../../src/yolo/runtime/detector-session.ts'
import { detectorFile, SCENES, scenePng } from './boxes-inputs.ts'

const fixture = (await readJson(new URL('fixtures/boxes.json', import.meta.url).pathname)) as unknown as {
  /** Class, confidence, x1, y1, x2, y2 in pixels; best first. */
  readonly images: readonly (readonly [number, number, number, number, number, number])[][]
}
const session = await openDetector(await detectorFile())
afterAll(() => session[Symbol.asyncDispose]())

test.each(SCENES.map((scene, i) => [scene.width, scene.height, scene, fixture.images[i]!] as const))(
  'the boxes of a scene of %i x %i px are those that the reference finds with the same file',
  async (_width, _height, scene, expected) => {
    const { detections } = await predictImage(session, await scenePng(scene), { confidence: 0.25, iou: 0.6 })
    expect(expected.length).toBeGreaterThan(5)
    expect(detections).toHaveLength(expected.length)
    // Confidences that are equal in f32 may change places.
    const byPlace = (a: readonly number[], b: readonly number[]): number => a[2]! - b[2]! || a[3]! - b[3]!
    const ours = detections.map(({ classId, confidence, box }) => [classId, confidence, ...box]).sort(byPlace)
    for (const [i, [classId, confidence, ...box]] of expected.toSorted(byPlace).entries()) {
      expect(ours[i]![0]).toBe(classId)
      expect(Math.abs(ours[i]![1]! - confidence)).toBeLessThan(1e-4)
      for (const [side, value] of box.entries()) expect(Math.abs(ours[i]![2 + side]! - value)).toBeLessThan(0.01)
    }
  },
)

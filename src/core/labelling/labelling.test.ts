import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intersectionOverUnion, overlappingPairs } from './box-overlap.ts'
import { consolidateBoxes } from './consolidate-boxes.ts'
import { consolidateJudgements } from './consolidate-judgements.ts'
import { boxAttributes, failureAttributes, judgementAttributes } from './label-attributes.ts'
import { BOX_LIMIT, readAnswer } from './worker-answer.ts'
import type { AnswerRules } from './worker-answer.ts'

const LABELS = ['car', 'truck', 'person']
const box = (left: number, top: number, width: number, height: number, label = 'car') => ({
  label,
  left,
  top,
  width,
  height,
})

describe('overlap', () => {
  test('of boxes shifted by a fifth is 2/3', () => {
    expect(intersectionOverUnion(box(0, 0, 100, 50), box(20, 0, 100, 50))).toBeCloseTo(80 / 120, 12)
  })

  test('is 0 for boxes that only touch', () => {
    expect(intersectionOverUnion(box(0, 0, 10, 10), box(10, 0, 10, 10))).toBe(0)
  })

  test('the sweep finds what comparing all with all finds', () => {
    let seed = 7
    const random = (limit: number) => (seed = (seed * 16807) % 2147483647) % limit
    const many = () => Array.from({ length: 60 }, () => box(random(200), random(200), 5 + random(90), 5 + random(90)))
    const first = many()
    const second = many()
    const all = first.flatMap((one, a) =>
      second.map((other, b) => ({ a, b, iou: intersectionOverUnion(one, other) })).filter(({ iou }) => iou > 0.2),
    )
    expect(all.length).toBeGreaterThan(20)
    const sorted = overlappingPairs(first, second, 0.2).sort((p, q) => p.a - q.a || p.b - q.b)
    expect(sorted).toEqual(all)
  })
})

describe('consolidation', () => {
  test('one worker: the boxes in whole pixels, with confidence 0', () => {
    const { boxes, outvoted } = consolidateBoxes([{ worker: 'ana', boxes: [box(10.4, 20.6, 30.2, 40.1)] }], LABELS)
    // Right edge 40.6 → 41, bottom 60.7 → 61.
    expect(boxes).toEqual([{ ...box(10, 21, 31, 40), confidence: 0, workers: ['ana'] }])
    expect(outvoted).toEqual([])
  })

  test('two workers: the mean box, its confidence the mean overlap with it', () => {
    const { boxes } = consolidateBoxes(
      [
        { worker: 'ana', boxes: [box(0, 0, 100, 50)] },
        { worker: 'ben', boxes: [box(20, 0, 100, 50)] },
      ],
      LABELS,
    )
    // Each is 10 px off the mean box of 100 px: 90 / 110 = 0.818.
    expect(boxes).toEqual([{ ...box(10, 0, 100, 50), confidence: 0.82, workers: ['ana', 'ben'] }])
  })

  test('three workers: the majority names the class, and a third of the confidence goes with the third', () => {
    const same = box(0, 0, 100, 50)
    const { boxes } = consolidateBoxes(
      [
        { worker: 'ana', boxes: [same] },
        { worker: 'ben', boxes: [{ ...same, label: 'truck' }] },
        { worker: 'cleo', boxes: [{ ...same, label: 'truck' }] },
      ],
      LABELS,
    )
    expect(boxes).toEqual([{ ...box(0, 0, 100, 50, 'truck'), confidence: 0.67, workers: ['ana', 'ben', 'cleo'] }])
  })

  test('what one of three drew is outvoted and told', () => {
    const { boxes, outvoted } = consolidateBoxes(
      [
        { worker: 'ana', boxes: [box(0, 0, 10, 10), box(50, 50, 10, 10)] },
        { worker: 'ben', boxes: [box(0, 0, 10, 10)] },
        { worker: 'cleo', boxes: [] },
      ],
      LABELS,
    )
    expect(boxes).toMatchObject([{ left: 0, confidence: 0.67 }])
    expect(outvoted).toMatchObject([{ left: 50, workers: ['ana'], confidence: 0.33 }])
  })

  test('two boxes of one worker never become one', () => {
    const { boxes } = consolidateBoxes(
      [
        { worker: 'ana', boxes: [box(0, 0, 100, 50), box(10, 0, 100, 50)] },
        { worker: 'ben', boxes: [box(1, 0, 100, 50)] },
      ],
      LABELS,
    )
    expect(boxes.map(({ workers }) => workers)).toEqual([['ana', 'ben'], ['ana']])
  })

  test('boxes that overlap by exactly one half are two objects', () => {
    const { boxes } = consolidateBoxes(
      [
        { worker: 'ana', boxes: [box(0, 0, 100, 100)] },
        { worker: 'ben', boxes: [box(0, 0, 50, 100)] },
      ],
      LABELS,
    )
    expect(boxes).toHaveLength(2)
  })

  test('the order of workers changes nothing', () => {
    const ana = { worker: 'ana', boxes: [box(0, 0, 100, 50), box(30, 5, 80, 50, 'truck')] }
    const ben = { worker: 'ben', boxes: [box(8, 2, 90, 50, 'truck'), box(200, 5, 80, 50)] }
    const cleo = { worker: 'cleo', boxes: [box(20, 2, 95, 48)] }
    expect(consolidateBoxes([cleo, ana, ben], LABELS)).toEqual(consolidateBoxes([ana, ben, cleo], LABELS))
  })

  test('every box drawn stands in exactly one cluster, and every confidence is a share', () => {
    const drawn = fc.record({
      label: fc.constantFrom(...LABELS),
      left: fc.integer({ min: 0, max: 40 }),
      top: fc.integer({ min: 0, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
    })
    const everybody = fc.array(fc.array(drawn, { maxLength: 8 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(everybody, (given) => {
        const answers = given.map((boxes, i) => ({ worker: `w${i}`, boxes }))
        const { boxes, outvoted } = consolidateBoxes(answers, LABELS)
        const clusters = [...boxes, ...outvoted]
        for (const { worker, boxes: own } of answers) {
          expect(clusters.filter(({ workers }) => workers.includes(worker))).toHaveLength(own.length)
        }
        for (const one of clusters) {
          expect(new Set(one.workers).size).toBe(one.workers.length)
          expect(one.confidence).toBeGreaterThanOrEqual(0)
          expect(one.confidence).toBeLessThanOrEqual(1)
          expect(Math.min(one.width, one.height)).toBeGreaterThanOrEqual(1)
        }
      }),
    )
  })

  test('a sliver keeps the pixel in which it lies', () => {
    const { boxes } = consolidateBoxes([{ worker: 'ana', boxes: [box(10.1, 5.6, 0.2, 0.3)] }], LABELS)
    expect(boxes).toMatchObject([{ left: 10, top: 5, width: 1, height: 1 }])
  })

  test('judgements: the majority, and at a tie the label that stands first', () => {
    expect(consolidateJudgements(['bad', 'good', 'bad'], ['good', 'bad'])).toEqual({ label: 'bad', confidence: 0.67 })
    expect(consolidateJudgements(['bad', 'good'], ['good', 'bad'])).toEqual({ label: 'good', confidence: 0.5 })
    expect(consolidateJudgements(['bad'], ['good', 'bad'])).toEqual({ label: 'bad', confidence: 0 })
  })
})

describe('lines of the augmented manifest', () => {
  const origin = { attribute: 'boxes', jobName: 'flight-1', createdAt: new Date('2026-01-02T03:04:05.678Z') }

  test('boxes: the class map is sparse, and objects pair with annotations', () => {
    const boxes = [{ ...box(1, 2, 3, 4, 'person'), confidence: 0.8, workers: ['ana'] }]
    expect(boxAttributes(origin, LABELS, boxes, { width: 40, height: 30, depth: 3 })).toEqual({
      boxes: {
        image_size: [{ width: 40, height: 30, depth: 3 }],
        annotations: [{ class_id: 2, left: 1, top: 2, width: 3, height: 4 }],
      },
      'boxes-metadata': {
        objects: [{ confidence: 0.8 }],
        'class-map': { '2': 'person' },
        type: 'groundtruth/object-detection',
        'human-annotated': 'yes',
        'creation-date': '2026-01-02T03:04:05.678000',
        'job-name': 'labeling-job/flight-1',
      },
    })
  })

  test('judgements with what the workers said', () => {
    expect(judgementAttributes(origin, ['good', 'bad'], { label: 'bad', confidence: 0.93 }, ['too wide'])).toEqual({
      boxes: '1',
      'boxes-metadata': {
        'class-name': 'bad',
        confidence: 0.93,
        type: 'groundtruth/label-verification',
        'job-name': 'labeling-job/flight-1',
        'human-annotated': 'yes',
        'creation-date': '2026-01-02T03:04:05.678000',
        'worker-feedback': [{ comment: 'too wide' }],
      },
    })
  })

  test('a failure has no label, only a reason', () => {
    const { boxes, 'boxes-metadata': metadata } = failureAttributes(origin, 'ClientError: no image')
    expect(boxes).toBeUndefined()
    expect(metadata).toMatchObject({ 'failure-reason': 'ClientError: no image' })
  })
})

describe('an answer that came from outside', () => {
  const image = { width: 100, height: 50 }
  const rules: AnswerRules = { kind: 'annotation', labels: LABELS, image }
  const answer = (boundingBoxes: unknown, size: unknown = image) => ({
    annotatedResult: { boundingBoxes, inputImageProperties: size },
  })

  test('passes whole, and keeps fractions', () => {
    const boxes = [box(0, 0, 100, 50), box(1.25, 2.5, 3.75, 4)]
    expect(readAnswer(answer(boxes), rules)).toEqual(answer(boxes))
  })

  test('is clipped by rounding errors only', () => {
    expect(readAnswer(answer([box(-0.25, 0, 100.5, 50)]), rules)).toEqual(answer([box(0, 0, 100, 50)]))
  })

  test.each([
    ['nothing', null, 'it has no annotatedResult'],
    ['another form', { annotatedResult: 'x' }, 'it has no annotatedResult'],
    ['no list', answer({ length: 1 }), 'boundingBoxes is not a list'],
    ['too many', answer(Array.from({ length: BOX_LIMIT + 1 }, () => box(0, 0, 1, 1))), '10001 boxes'],
    ['no size', answer([], {}), 'inputImageProperties is {}'],
    ['another size', answer([], { width: 50, height: 100 }), 'the image is 100x50, but was labelled as 50x100'],
    [
      'an unknown label',
      answer([box(0, 0, 1, 1, 'tank')]),
      'box 0: label is "tank", but must be one of car, truck, person',
    ],
    ['a label from the prototype', answer([box(0, 0, 1, 1, 'toString')]), 'box 0: label is "toString"'],
    ['text for a number', answer([{ ...box(0, 0, 1, 1), left: '0' }]), 'box 0: left, top, width and height must be'],
    ['not a number', answer([box(Number.NaN, 0, 1, 1)]), 'finite'],
    ['outside', answer([box(0, 0, 1, 1), box(90, 0, 20, 1)]), 'box 1: reaches outside the image of 100x50: left 90'],
    ['no area', answer([box(5, 5, 0, 1)]), 'box 0: has no area: width 0, height 1'],
    ['a negative side', answer([box(5, 5, -3, 1)]), 'box 0: has no area: width -3'],
  ])('%s is refused', (_what, given, message) => {
    expect(() => readAnswer(given, rules)).toThrow(expect.objectContaining({ code: 'label.answer' }))
    expect(() => readAnswer(given, rules)).toThrow(message)
  })

  test('to a verification is one of the judgements, with a comment or without', () => {
    const verification: AnswerRules = { kind: 'verification', labels: ['good', 'bad'] }
    const good = { annotatedResult: { label: 'good' } }
    expect(readAnswer({ ...good, comment: '' }, verification)).toEqual(good)
    expect(readAnswer({ ...good, comment: 'fine' }, verification)).toEqual({ ...good, comment: 'fine' })
    expect(() => readAnswer({ annotatedResult: { label: 'so-so' } }, verification)).toThrow('one of good, bad')
    expect(() => readAnswer({ ...good, comment: 'x'.repeat(2001) }, verification)).toThrow('at most 2000')
  })
})

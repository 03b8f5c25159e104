import { describe, expect, test } from 'vitest'
import { parseResponse } from './read-answers.ts'
import { summarizeLines } from './summarize-output.ts'

const metadata = (classMap: Record<string, string>) => ({ 'class-map': classMap, type: 'groundtruth/object-detection' })

describe('an output manifest', () => {
  test('is counted line by line: every line is labelled, failed or neither', () => {
    const annotations = [{ class_id: 1 }, { class_id: 0 }, { class_id: 1 }, { class_id: 7 }]
    expect(
      summarizeLines(
        [
          { 'source-ref': 'a', boxes: { annotations }, 'boxes-metadata': metadata({ '0': 'car', '1': 'bus' }) },
          // The same number is another class on another line.
          { 'source-ref': 'b', boxes: { annotations: [{ class_id: 0 }] }, 'boxes-metadata': metadata({ '0': 'bus' }) },
          { 'source-ref': 'c', boxes: { annotations: [] }, 'boxes-metadata': metadata({}) },
          { 'source-ref': 'd', 'boxes-metadata': { 'failure-reason': 'ClientError: fog' } },
          { 'source-ref': 'e', other: { annotations } },
        ],
        'boxes',
      ),
    ).toEqual({
      images: 5,
      labelled: 3,
      failed: 1,
      unlabelled: 1,
      boxes: 5,
      boxesByClass: { bus: 3, car: 1, 'class 7': 1 },
      judgements: {},
      failures: { 'ClientError: fog': 1 },
    })
  })

  test('of judgements counts those', () => {
    const judged = (name: string) => ({ verdict: '0', 'verdict-metadata': { 'class-name': name } })
    expect(summarizeLines([judged('good'), judged('bad'), judged('good')], 'verdict')).toMatchObject({
      labelled: 3,
      boxes: 0,
      judgements: { bad: 1, good: 2 },
    })
  })
})

describe('a worker response', () => {
  const rules = { kind: 'annotation', labels: ['car'] } as const
  const content = {
    annotatedResult: {
      boundingBoxes: [{ label: 'car', left: 243, top: 117, width: 187, height: 401 }],
      inputImageProperties: { width: 800, height: 533 },
    },
  }
  const read = (answers: unknown) => parseResponse('4', JSON.stringify({ answers }), 's3://b/r.json', rules)

  test('as AWS writes it has an opaque worker, as the engine writes it a name', () => {
    const aws = { answerContent: content, submissionTime: '2026-01-02T03:04:10Z', workerId: 'private.us-east-1.ab' }
    const ours = {
      ...aws,
      acceptanceTime: '2026-01-02T03:04:05Z',
      workerMetadata: { identityData: { sub: 'ana' } },
    }
    expect(read([aws, ours])).toEqual([
      {
        objectId: '4',
        worker: 'private.us-east-1.ab',
        acceptedAtMs: Date.UTC(2026, 0, 2, 3, 4, 10),
        submittedAtMs: Date.UTC(2026, 0, 2, 3, 4, 10),
        answer: content,
      },
      {
        objectId: '4',
        worker: 'ana',
        acceptedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
        submittedAtMs: Date.UTC(2026, 0, 2, 3, 4, 10),
        answer: content,
      },
    ])
  })

  test.each<[string, unknown, string]>([
    ['no list', {}, 'it has no list of answers'],
    ['no object', ['x'], 'answer 0 is no object'],
    ['no time', [{ answerContent: content, workerId: 'a' }], 'answer 0 has no submissionTime'],
    ['no worker', [{ answerContent: content, submissionTime: '2026-01-02T03:04:10Z' }], 'answer 0 names no worker'],
    [
      'another class',
      [
        {
          answerContent: { annotatedResult: { ...content.annotatedResult, boundingBoxes: [{ label: 'ufo' }] } },
          submissionTime: '2026-01-02T03:04:10Z',
          workerId: 'a',
        },
      ],
      'label is "ufo"',
    ],
  ])('with %s is refused', (_what, answers, message) => {
    expect(() => read(answers)).toThrow(message)
  })
})

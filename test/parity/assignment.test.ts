import { expect, test } from 'vitest'
import { createGraph, input } from '../../src/yolo/graph/graph.ts'
import * as op from '../../src/yolo/graph/build.ts'
import { assignTargets } from '../../src/yolo/loss/assignment.ts'
import { anchorGrid } from '../../src/yolo/model/anchors.ts'
import { evaluator } from '../../src/yolo/runtime/evaluate.ts'
import { greatestDifference, readFixture } from './fixture.ts'

const fixture = await readFixture('assignment')
const { scenes, width, height } = fixture.source as { scenes: string[]; width: number; height: number }

test.each(scenes)('a %s scene is assigned as the reference trainer does it', async (scene) => {
  const values = (name: string): Float32Array => fixture.values(`${scene}/${name}`)
  const [b, a, k] = fixture.shape(`${scene}/scores`) as [number, number, number]
  const m = fixture.shape(`${scene}/boxes`)[1] as number
  const graph = createGraph()
  const channelsFirst = (name: string, size: number) => op.transpose(input(graph, name, [b, a, size]), [0, 2, 1])
  const assignment = assignTargets(
    channelsFirst('scores', k),
    channelsFirst('predicted', 4),
    {
      boxes: input(graph, 'boxes', [b, m, 4]),
      classes: input(graph, 'classes', [b, m]),
      mask: input(graph, 'mask', [b, m]),
    },
    anchorGrid(graph, height, width),
  )
  await using run = await evaluator([
    op.transpose(assignment.boxes, [0, 2, 1]),
    op.transpose(assignment.scores, [0, 2, 1]),
    assignment.weight,
  ])
  const names = ['scores', 'predicted', 'boxes', 'classes', 'mask']
  const [boxes, scores, weight] = (await run(Object.fromEntries(names.map((name) => [name, values(name)])))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const expectedWeight = sumsOfRows(values('target scores'), k)
  const positive = (values: ArrayLike<number>): number[] =>
    Array.from(values).flatMap((value, anchor) => (value > 0 ? [anchor] : []))
  expect(positive(weight)).toEqual(positive(expectedWeight))
  expect(positive(weight).length).toBeGreaterThan(20)
  // Which anchors fill up a box's ten when alignment is zero is chance in the reference, and of no effect: their weight is zero.
  for (const anchor of positive(weight)) {
    expect(boxes.subarray(anchor * 4, anchor * 4 + 4)).toEqual(
      values('target boxes').subarray(anchor * 4, anchor * 4 + 4),
    )
  }
  expect(greatestDifference(scores, values('target scores'))).toBeLessThan(1e-5)
  expect(greatestDifference(weight, expectedWeight)).toBeLessThan(1e-5)
})

function sumsOfRows(values: Float32Array, size: number): number[] {
  return Array.from({ length: values.length / size }, (_, i) =>
    values.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + value, 0),
  )
}

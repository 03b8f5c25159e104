import { describe, expect, test } from 'vitest'
import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import { parseClassNames } from './class-names.ts'
import { compileOnnx } from '../lowering/compile.ts'
import { openDetector } from './detector-session.ts'

describe('class names', () => {
  test.each([
    ['{"0":"car","1":"van"}', ['car', 'van']],
    [`{0: 'car', 1: "driver's van"}`, ['car', "driver's van"]],
    ['{"1":"caf\\u00e9"}', ['class 0', 'café']],
    ['["car"]', ['class 0', 'class 1']],
    [undefined, ['class 0', 'class 1']],
  ])('%s', (text, names) => {
    expect(parseClassNames(text, 2)).toEqual(names)
  })
})

describe('a file is refused as detector', () => {
  test('when it is not ONNX', async () => {
    await expect(openDetector(new TextEncoder().encode('not a model'))).rejects.toThrow(/not/)
  })

  test('when it is not there', async () => {
    await expect(openDetector('missing.onnx')).rejects.toMatchObject({ code: 'yolo.load' })
  })

  test('when its shapes are others, which are named', async () => {
    const graph = createGraph()
    const x = input(graph, 'x', [1, 3, 8, 8])
    const onnx = compileOnnx(graph, { outputs: new Map([['y', op.exp(x)]]), dialect: 'standard' })
    await expect(openDetector(onnx)).rejects.toThrow('x [1, 3, 8, 8] and y [1, 3, 8, 8]')
  })
})

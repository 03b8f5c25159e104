import { expect, test } from 'vitest'
import * as op from '../graph/build.ts'
import { createGraph, input } from '../graph/graph.ts'
import { evaluator } from '../runtime/evaluate.ts'

test('binary cross entropy is exact for sure, undecided and wrong logits alike', async () => {
  const logits = Array.from({ length: 81 }, (_, i) => (i - 40) / 2)
  const graph = createGraph()
  const [z, t] = [input(graph, 'z', [81]), input(graph, 't', [81])]
  await using run = await evaluator([op.binaryCrossEntropy(z, t)])
  for (const target of [0, 0.3, 1]) {
    const [found] = await run({ z: logits, t: logits.map(() => target) })
    logits.forEach((logit, i) => {
      const exact = Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * target
      // Where z and z·t cancel, the error is that of an f32 of their size.
      const scale = target === 0 && logit < 0 ? exact : Math.max(exact, Math.abs(logit))
      expect(Math.abs(found![i]! - exact)).toBeLessThanOrEqual(3e-7 * Math.max(scale, 1e-12))
    })
  }
})

import { createGraph, input } from '../../graph/graph.ts'
import { elementCount } from '../../graph/tensor.ts'
import { network } from '../../model/network.ts'
import type { ModelSpec } from '../../model/spec.ts'
import { trainingLayers } from '../../model/training-layers.ts'

/** Bytes of everything that one pass forward computes, f32: what the pass backward needs is among it. */
export function activationBytes(spec: ModelSpec, batch: number, sizePx: number): number {
  const graph = createGraph()
  const layers = trainingLayers(
    ({ name, shape }) => input(graph, name, shape),
    () => false,
  )
  network(layers, spec.scale, spec.classCount, input(graph, 'images', [batch, 3, sizePx, sizePx]))
  let values = 0
  for (const { outputs } of graph.nodes) for (const { shape } of outputs) values += elementCount(shape)
  return values * 4
}

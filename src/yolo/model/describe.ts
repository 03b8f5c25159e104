import { SkyloopError } from '../../core/errors.ts'
import { createGraph, input } from '../graph/graph.ts'
import { network } from './network.ts'
import type { ModelScale, ModelSpec, TensorSpec } from './spec.ts'
import { trainingLayers } from './training-layers.ts'

/** Lists the tensors that the network asks for when it is built, so that list and network cannot disagree. */
export function describeModel(scale: ModelScale, classCount: number): ModelSpec {
  if (!Number.isInteger(classCount) || classCount < 1) {
    throw new SkyloopError({ code: 'yolo.spec', message: `a model needs at least 1 class, not ${classCount}` })
  }
  const parameters: TensorSpec[] = []
  const buffers: TensorSpec[] = []
  const graph = createGraph()
  const layers = trainingLayers(
    (spec) => {
      parameters.push(spec)
      return input(graph, spec.name, spec.shape)
    },
    () => false,
  )
  network(layers, scale, classCount, input(graph, 'images', [1, 3, 32, 32]))
  for (const { meanName, varianceName, mean } of layers.statistics) {
    buffers.push({ name: meanName, shape: mean.shape, role: 'norm-mean' })
    buffers.push({ name: varianceName, shape: mean.shape, role: 'norm-variance' })
  }
  return { scale, classCount, parameters, buffers }
}

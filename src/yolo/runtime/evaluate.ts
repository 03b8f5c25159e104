import type { Tensor } from '../graph/tensor.ts'
import { channelBlock } from './channel-block.ts'
import { compileOnnx } from '../lowering/compile.ts'
import type { Dialect } from '../lowering/onnx-writer.ts'
import { openSession, type Values } from './session.ts'

/** A compiled function from the graph's inputs, by name, to the values of some tensors, in order. */
export interface Evaluator extends AsyncDisposable {
  (feeds: Readonly<Record<string, ArrayLike<number>>>): Promise<Float32Array[]>
}

/**
 * Compiles a graph to a function; for small graphs and tests.
 *
 * @param dialect @default 'microsoft'
 */
export async function evaluator(outputs: readonly Tensor[], dialect: Dialect = 'microsoft'): Promise<Evaluator> {
  const graph = outputs[0]?.graph
  if (!graph) throw new TypeError('internal: nothing to evaluate')
  const named = new Map(outputs.map((tensor, i) => [`out${i}`, tensor]))
  const block = dialect === 'microsoft' ? await channelBlock() : undefined
  const session = await openSession(compileOnnx(graph, { outputs: named, dialect, channelBlock: block }), {
    threads: 1,
  })
  const shapes = new Map(graph.inputs.map(({ name, tensor }) => [name, tensor.shape]))
  const run = async (feeds: Readonly<Record<string, ArrayLike<number>>>): Promise<Float32Array[]> => {
    const values = new Map<string, Values>(
      Object.entries(feeds).map(([name, data]) => [
        name,
        { data: Float32Array.from(data), shape: shapes.get(name) ?? [] },
      ]),
    )
    const results = await session.run(values)
    return outputs.map((_, i) => (results.get(`out${i}`) as Values).data)
  }
  return Object.assign(run, { [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() })
}

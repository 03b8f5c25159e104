import { internalError } from '../../core/errors.ts'
import { add, mul } from '../graph/build.ts'
import { type Node, scalar } from '../graph/graph.ts'
import type { OpName } from '../graph/op.ts'
import { ShapeError, type Tensor } from '../graph/tensor.ts'
import { GRADIENT_RULES, type GradientRule, NOT_DIFFERENTIABLE } from './rules.ts'

/**
 * Reverse-mode differentiation: appends to the graph the operations that compute d loss / d each of `wrt`.
 *
 * @param loss a scalar
 * @returns in the order of `wrt`, each of the shape of its tensor; zero where the loss does not depend on it
 * @throws ShapeError `yolo.shape` when the loss is not a scalar
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new ShapeError('the loss must be a scalar', [loss.shape])
  const { graph } = loss
  const tape = [...graph.nodes]
  const dependent = new Set(wrt.map((tensor) => tensor.id))
  for (const node of tape) {
    if (node.op !== 'stopGradient' && node.inputs.some(({ id }) => dependent.has(id))) {
      for (const out of node.outputs) dependent.add(out.id)
    }
  }
  const collected = new Map<number, Tensor[]>([[loss.id, [scalar(graph, 1)]]])
  const total = (tensor: Tensor): Tensor | null => {
    const parts = collected.get(tensor.id)
    return parts ? parts.reduce((a, b) => add(a, b)) : null
  }
  for (const node of tape.toReversed()) {
    if (!node.outputs.some(({ id }) => dependent.has(id) && collected.has(id))) continue
    const wanted = node.inputs.map(({ id }) => dependent.has(id))
    const results = ruleOf(node)(node, node.outputs.map(total), wanted)
    node.inputs.forEach((tensor, i) => {
      const result = results[i]
      if (!wanted[i] || !result) return
      if (result.shape.join() !== tensor.shape.join()) {
        throw new ShapeError(`gradient of ${node.op}, input ${i}`, [result.shape, tensor.shape])
      }
      const parts = collected.get(tensor.id)
      if (parts) parts.push(result)
      else collected.set(tensor.id, [result])
    })
  }
  return wrt.map((tensor) => total(tensor) ?? mul(tensor, 0))
}

function ruleOf(node: Node): GradientRule<OpName> {
  const rule = GRADIENT_RULES[node.op]
  if (rule === NOT_DIFFERENTIABLE) throw internalError(`the loss flows through ${node.op}, which has no gradient`)
  return rule as GradientRule<OpName>
}

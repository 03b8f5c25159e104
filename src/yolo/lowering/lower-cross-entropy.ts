import type { Node } from '../graph/graph.ts'
import type { Names } from './lowerings.ts'
import type { OnnxWriter } from './onnx-writer.ts'

/** Odd powers of the series, of which the next one is below the last bit of an f32. */
const POWERS = [11, 9, 7, 5, 3, 1]

/**
 * max(z, 0) + log(1 + u) − z·t with u = exp(−|z|).
 *
 * For the logits of background, u is so small that 1 + u loses most of its digits; so the logarithm is
 * 2 artanh(w) = 2 (w + w³/3 + w⁵/5 + ...) with w = u / (2 + u), at most 1/3. Softplus is as exact, and takes three
 * times as long.
 */
export function lowerBinaryCrossEntropy(
  writer: OnnxWriter,
  _node: Node<'binaryCrossEntropy'>,
  { inputs, outputs }: Names,
): void {
  const [z, t] = inputs as [string, string]
  const u = writer.node('Exp', [writer.node('Neg', [writer.node('Abs', [z])])])
  const w = writer.node('Div', [u, writer.node('Add', [u, writer.float(2)])])
  const square = writer.node('Mul', [w, w])
  // Twice the coefficients, so that the sum needs no factor.
  const [highest, ...rest] = POWERS.map((power) => writer.float(2 / power)) as [string, ...string[]]
  const series = rest.reduce(
    (sum, coefficient) => writer.node('Add', [writer.node('Mul', [sum, square]), coefficient]),
    highest,
  )
  const softplus = writer.node('Add', [writer.node('Relu', [z]), writer.node('Mul', [series, w])])
  writer.node('Sub', [softplus, writer.node('Mul', [z, t])], {}, outputs)
}

import type { StepGraph, StepNode } from '../pipeline/step-graph.ts'
import type { StepRecord } from './record.ts'

type Steps = Readonly<Record<string, StepRecord>>

/** Names of steps that may begin now, in order of definition. */
export function readySteps(graph: StepGraph, steps: Steps): string[] {
  return [...graph.entries()].filter(([name, node]) => !steps[name] && isReady(steps, node)).map(([name]) => name)
}

/** In the branch taken (if in any), and everything before it has succeeded. A branch not taken is never ready. */
function isReady(steps: Steps, node: StepNode): boolean {
  if (node.branch) {
    const condition = steps[node.branch.condition]
    if (condition?.status !== 'Succeeded' || condition.outcome !== node.branch.outcome) return false
  }
  return [...node.needs].every((before) => steps[before]?.status === 'Succeeded')
}

import type { Engine } from '../../../engine.ts'
import type { Deployment } from './deployment.ts'

/** The deployments that take traffic now, by endpoint name; shared by the control plane and the runtime of one engine. */
export interface Fleet {
  get(endpointName: string): Deployment | undefined
  /** Directs traffic. @returns what took it before */
  put(endpointName: string, deployment: Deployment): Deployment | undefined
  remove(endpointName: string): Deployment | undefined
  /** Waits until the endpoint has a deployment. @returns undefined when it has none within `timeoutMs` */
  waitFor(endpointName: string, timeoutMs: number): Promise<Deployment | undefined>
  /** Ends every process. */
  close(): Promise<void>
}

const fleets = new WeakMap<Engine, Fleet>()

/** The one fleet of an engine. */
export function fleetOf(engine: Engine): Fleet {
  const known = fleets.get(engine)
  if (known) return known
  const made = createFleet()
  fleets.set(engine, made)
  return made
}

function createFleet(): Fleet {
  const deployments = new Map<string, Deployment>()
  const waiting = new Map<string, Set<() => void>>()
  return {
    get: (name) => deployments.get(name),
    put: (name, deployment) => {
      const before = deployments.get(name)
      deployments.set(name, deployment)
      for (const wake of waiting.get(name) ?? []) wake()
      return before
    },
    remove: (name) => {
      const before = deployments.get(name)
      deployments.delete(name)
      return before
    },
    waitFor: (name, timeoutMs) =>
      new Promise((resolve) => {
        const all = waiting.get(name) ?? new Set()
        const done = (): void => {
          clearTimeout(timer)
          all.delete(done)
          resolve(deployments.get(name))
        }
        const timer = setTimeout(done, timeoutMs)
        waiting.set(name, all.add(done))
        if (deployments.has(name)) done()
      }),
    close: async () => {
      const all = [...deployments.values()]
      deployments.clear()
      await Promise.all(all.map((deployment) => deployment.stop()))
    },
  }
}
